#include "ockam/protocol/host_port.hpp"

#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>

namespace ockam {

namespace {

constexpr std::size_t max_name_size = 253;
constexpr std::size_t max_label_size = 63;
constexpr std::size_t max_interface_name_size = 15; // of Linux
constexpr std::string_view loopback = "127.0.0.1";

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

constexpr bool is_hex_digit(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

constexpr bool is_label_character(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

/// Decimal digits and nothing else, within the range of `Number`.
template <class Number>
std::optional<Number> parse_number(std::string_view text) noexcept {
  if (text.empty() || !std::ranges::all_of(text, is_digit))
    return std::nullopt;
  Number value{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc{} ? std::optional{value} : std::nullopt;
}

/// Four numbers up to 255 without leading zeros.
bool is_ipv4(std::string_view text) noexcept {
  for (int part = 0; part < 4; ++part) {
    const auto dot = text.find('.');
    const auto digits = text.substr(0, dot);
    const bool last = part == 3;
    if (last != (dot == std::string_view::npos))
      return false;
    if (!parse_number<std::uint8_t>(digits) || (digits.size() > 1 && digits.front() == '0'))
      return false;
    text.remove_prefix(last ? text.size() : dot + 1);
  }
  return true;
}

/// Counts groups of 1 to 4 hex digits between colons; nullopt when malformed. An IPv4 address may
/// replace the last two groups.
std::optional<int> count_groups(std::string_view text, bool ipv4_at_end) noexcept {
  if (text.empty())
    return 0;
  int groups = 0;
  for (;;) {
    const auto colon = text.find(':');
    const auto group = text.substr(0, colon);
    const bool last = colon == std::string_view::npos;
    if (last && ipv4_at_end && is_ipv4(group))
      return groups + 2;
    if (group.empty() || group.size() > 4 || !std::ranges::all_of(group, is_hex_digit))
      return std::nullopt;
    ++groups;
    if (last)
      return groups;
    text.remove_prefix(colon + 1);
  }
}

/// The number or the name of a network interface. Bytes that end a zone, a host or an address are
/// refused, beside those that the system refuses.
bool is_zone(std::string_view text) noexcept {
  if (parse_number<std::uint32_t>(text))
    return true;
  constexpr auto is_in_names = [](char c) {
    return c > ' ' && c <= '~' && std::string_view{"/:%[]#"}.find(c) == std::string_view::npos;
  };
  return !text.empty() && text.size() <= max_interface_name_size
         && std::ranges::all_of(text, is_in_names) && !std::ranges::all_of(text, is_digit);
}

/// Eight groups, or fewer and one `::`; a zone may follow after `%`.
bool is_ipv6(std::string_view text) noexcept {
  if (const auto zone = text.find('%'); zone != std::string_view::npos) {
    if (!is_zone(text.substr(zone + 1)))
      return false;
    text = text.substr(0, zone);
  }
  const auto gap = text.find("::");
  if (gap == std::string_view::npos)
    return count_groups(text, true) == 8;
  const auto before = count_groups(text.substr(0, gap), false);
  const auto after = count_groups(text.substr(gap + 2), true);
  return before && after && *before + *after <= 7;
}

bool is_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > max_name_size || text.front() == '-' || text.back() == '-')
    return false;
  for (;;) {
    const auto dot = text.find('.');
    const auto label = text.substr(0, dot);
    if (label.empty() || label.size() > max_label_size
        || !std::ranges::all_of(label, is_label_character))
      return false;
    if (dot == std::string_view::npos)
      return true;
    text.remove_prefix(dot + 1);
  }
}

host_port at_loopback(std::uint16_t port) {
  return {std::string{loopback}, port, host_port::kind::ipv4};
}

/// `4000` or `:4000`.
std::optional<std::uint16_t> parse_port_alone(std::string_view text) noexcept {
  if (text.starts_with(':'))
    text.remove_prefix(1);
  return parse_number<std::uint16_t>(text);
}

/// `a.b.c.d:port` or `[v6]:port`.
std::optional<host_port> parse_numeric(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
  if (!port)
    return std::nullopt;
  auto host = text.substr(0, colon);
  if (is_ipv4(host))
    return host_port{std::string{host}, *port, host_port::kind::ipv4};
  if (host.size() < 2 || host.front() != '[' || host.back() != ']')
    return std::nullopt;
  host = host.substr(1, host.size() - 2);
  if (!is_ipv6(host))
    return std::nullopt;
  return host_port{std::string{host}, *port, host_port::kind::ipv6};
}

/// `host.name:port`.
std::optional<host_port> parse_named(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
  if (!port || !is_name(text.substr(0, colon)))
    return std::nullopt;
  return host_port{std::string{text.substr(0, colon)}, *port, host_port::kind::name};
}

} // namespace

result<host_port> parse_peer(std::string_view text) {
  if (const auto port = parse_port_alone(text))
    return at_loopback(*port);
  if (auto numeric = parse_numeric(text))
    return std::move(*numeric);
  if (auto named = parse_named(text))
    return std::move(*named);
  return fail(errc::invalid_value,
              "\"" + escaped(text)
                + "\" is no place to connect to; write HOST:PORT, [IPV6]:PORT, or PORT for this "
                  "machine, with a port up to 65535");
}

result<host_port> parse_listen(std::string_view text) {
  if (auto numeric = parse_numeric(text))
    return std::move(*numeric);
  if (const auto port = parse_port_alone(text)) {
    const auto number = std::to_string(*port);
    return fail(errc::invalid_value,
                "listening needs an address before the port; write 127.0.0.1:" + number
                  + " for this machine only, or 0.0.0.0:" + number + " for every host");
  }
  return fail(errc::invalid_value,
              "\"" + escaped(text)
                + "\" is no place to listen at; write an address in numbers, like 127.0.0.1:4000 "
                  "or [::1]:4000; names are not looked up");
}

std::string to_string(const host_port& value) {
  const bool brackets = value.host_kind == host_port::kind::ipv6;
  std::string text;
  text += brackets ? "[" : "";
  text += value.host;
  text += brackets ? "]:" : ":";
  return text + std::to_string(value.port);
}

} // namespace ockam
