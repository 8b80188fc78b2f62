#include "multiaddr_piece.hpp"

#include "ockam/protocol/host_port.hpp"
#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <arpa/inet.h>

namespace ockam::internal {

namespace {

using protocol = multiaddr::protocol;

enum class value_form : std::uint8_t { none, ip4, ip6, zone, port, text, path };

struct traits {
  protocol kind;
  std::string_view name;
  value_form form;
};

constexpr std::array protocols{
  traits{protocol::ip4, "ip4", value_form::ip4},
  traits{protocol::tcp, "tcp", value_form::port},
  traits{protocol::ip6, "ip6", value_form::ip6},
  traits{protocol::ip6zone, "ip6zone", value_form::zone},
  traits{protocol::dnsaddr, "dnsaddr", value_form::text},
  traits{protocol::udp, "udp", value_form::port},
  traits{protocol::unix_socket, "unix", value_form::path},
  traits{protocol::ws, "ws", value_form::none},
  traits{protocol::service, "service", value_form::text},
  traits{protocol::node, "node", value_form::text},
  traits{protocol::project, "project", value_form::text},
  traits{protocol::space, "space", value_form::text},
  traits{protocol::secure, "secure", value_form::text},
  traits{protocol::worker, "worker", value_form::text},
};

const traits* find_name(std::string_view name) noexcept {
  const auto* found = std::ranges::find(protocols, name, &traits::name);
  return found != protocols.end() ? found : nullptr;
}

const traits* find_code(std::uint64_t code) noexcept {
  const auto* found = std::ranges::find(protocols, code, [](const traits& each) {
    return static_cast<std::uint64_t>(each.kind);
  });
  return found != protocols.end() ? found : nullptr;
}

const traits& traits_of(protocol kind) noexcept {
  return *find_code(static_cast<std::uint64_t>(kind));
}

/// The pieces that can follow, and so end, the path of a Unix socket.
bool ends_path(std::string_view name) noexcept {
  const auto* known = find_name(name);
  return known != nullptr && known->kind != protocol::dnsaddr && known->form == value_form::text;
}

tl::unexpected<error> invalid(const traits& what, std::string_view value, std::string_view advice) {
  return fail(errc::invalid_value, "\"" + escaped(value) + "\" is no value of /"
                                     + std::string{what.name} + "; " + std::string{advice});
}

// -- values ----------------------------------------------------------------------------------------

/// Text of an IP address to bytes and back; nullopt for malformed text.
template <std::size_t Size>
using ip_bytes = std::array<std::uint8_t, Size>;

template <std::size_t Size>
constexpr int ip_family = Size == 4 ? AF_INET : AF_INET6;

template <std::size_t Size>
std::optional<ip_bytes<Size>> ip_from_text(const std::string& text) noexcept {
  ip_bytes<Size> raw{};
  const bool whole = text.find('\0') == std::string::npos;
  if (!whole || ::inet_pton(ip_family<Size>, text.c_str(), raw.data()) != 1)
    return std::nullopt;
  return raw;
}

template <std::size_t Size>
std::string ip_to_text(const std::uint8_t* raw) {
  char text[INET6_ADDRSTRLEN] = {};
  ::inet_ntop(ip_family<Size>, raw, text, sizeof text);
  return text;
}

template <std::size_t Size>
result<std::string> checked_ip(const traits& what, std::string_view text, std::string_view advice) {
  const auto raw = ip_from_text<Size>(std::string{text});
  if (!raw)
    return invalid(what, text, advice);
  return ip_to_text<Size>(raw->data());
}

std::optional<std::uint16_t> port_from_text(std::string_view digits) noexcept {
  if (digits.starts_with('+'))
    digits.remove_prefix(1);
  std::uint16_t port = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stopped, problem] = std::from_chars(digits.data(), end, port);
  return problem == std::errc{} && stopped == end ? std::optional{port} : std::nullopt;
}

/// The value in the form of `piece`, if it is valid for `what`; a path is unescaped before.
result<std::string> checked(const traits& what, std::string_view value) {
  switch (what.form) {
    case value_form::none:
      return std::string{};
    case value_form::ip4:
      return checked_ip<4>(what, value, "write four numbers, like 127.0.0.1");
    case value_form::ip6:
      return checked_ip<16>(what, value,
                            "write one like ::1; a zone goes in front, /ip6zone/eth0/ip6/fe80::1");
    case value_form::zone:
      if (parse_peer("[fe80::1%" + std::string{value} + "]:1"))
        return std::string{value};
      return invalid(what, value, "write the name of a network interface, or its number");
    case value_form::port:
      if (const auto port = port_from_text(value))
        return std::to_string(*port);
      return invalid(what, value, "write a port from 0 to 65535");
    case value_form::text:
    case value_form::path:
      break;
  }
  if (!is_utf8(value))
    return fail(errc::invalid_utf8, "\"" + escaped(value) + "\" behind /" + std::string{what.name}
                                      + " is not UTF-8; only text can be written in a MultiAddr");
  const bool has_slash = value.find('/') != std::string_view::npos;
  if (what.form == value_form::text && has_slash)
    return invalid(what, value, "no value but a path can have a '/'");
  if (what.form == value_form::path && !value.starts_with('/'))
    return invalid(what, value, "write the whole path of the socket, from the root on");
  return std::string{value};
}

// -- paths in text ---------------------------------------------------------------------------------

std::optional<std::string> unescaped(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  while (!text.empty()) {
    if (text.front() != '%') {
      plain += text.front();
      text.remove_prefix(1);
      continue;
    }
    std::uint8_t byte = 0;
    const auto digits = text.substr(1, 2);
    const auto* end = digits.data() + digits.size();
    const auto [stopped, problem] = std::from_chars(digits.data(), end, byte, 16);
    if (digits.size() != 2 || problem != std::errc{} || stopped != end)
      return std::nullopt;
    plain += static_cast<char>(byte);
    text.remove_prefix(3);
  }
  return plain;
}

/// Escapes every '%' and the first letter of a name that would end the path.
std::string escaped_path(std::string_view path) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  while (!path.empty()) {
    path.remove_prefix(1); // the '/' in front of each name
    const auto name = path.substr(0, path.find('/'));
    text += '/';
    for (std::size_t i = 0; i < name.size(); ++i) {
      const auto byte = static_cast<std::uint8_t>(name[i]);
      if (name[i] == '%' || (i == 0 && ends_path(name)))
        text += {'%', digits[byte >> 4], digits[byte & 0xf]};
      else
        text += name[i];
    }
    path.remove_prefix(name.size());
  }
  return text;
}

/// Takes the text of a path up to a name that ends it. The leading '/' is consumed already, unless
/// `text` is empty.
std::string_view take_path(std::string_view& text) noexcept {
  std::size_t end = 0;
  while (end < text.size()) {
    const auto next = std::min(text.find('/', end + 1), text.size());
    if (ends_path(text.substr(end + 1, next - end - 1)))
      break;
    end = next;
  }
  const auto path = text.substr(0, end);
  text.remove_prefix(end);
  return path;
}

// -- text ------------------------------------------------------------------------------------------

/// Takes the text in front of the next '/'.
std::string_view take_word(std::string_view& text) noexcept {
  const auto word = text.substr(0, text.find('/'));
  text.remove_prefix(word.size());
  return word;
}

void drop_slash(std::string_view& text) noexcept {
  if (text.starts_with('/'))
    text.remove_prefix(1);
}

std::string known_names() {
  std::string names;
  for (const auto& each : protocols)
    names += (names.empty() ? "" : ", ") + std::string{each.name};
  return names;
}

// -- binary ----------------------------------------------------------------------------------------

constexpr std::size_t longest_code = 5;
constexpr std::size_t longest_length = 10;

/// Minimal LEB128 of at most `longest` bytes.
result<std::uint64_t> take_varint(bytes_view& binary, std::size_t longest) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < longest; ++i) {
    if (i == binary.size())
      return fail(errc::truncated, "the MultiAddr ends inside a number");
    const auto byte = binary[i];
    if (i == longest_length - 1 && byte > 1)
      break; // bits above the 64th
    value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if ((byte & 0x80) != 0)
      continue;
    if (byte == 0 && i > 0)
      return fail(errc::invalid_value, "a number in the MultiAddr is longer than needed");
    binary = binary.subspan(i + 1);
    return value;
  }
  return fail(errc::varint_overflow,
              "a number in the MultiAddr has more than " + std::to_string(longest) + " bytes");
}

void put_varint(bytes& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    to.push_back(static_cast<std::uint8_t>(value | 0x80));
  to.push_back(static_cast<std::uint8_t>(value));
}

result<bytes_view> take_bytes(bytes_view& binary, std::uint64_t size, const traits& what) {
  if (size > binary.size())
    return fail(errc::truncated, "the value of /" + std::string{what.name} + " needs "
                                   + std::to_string(size) + " bytes, the MultiAddr has only "
                                   + std::to_string(binary.size()) + " more");
  const auto taken = binary.first(static_cast<std::size_t>(size));
  binary = binary.subspan(taken.size());
  return taken;
}

/// The number of bytes of the value; text is preceded by its length.
result<std::uint64_t> take_size(bytes_view& binary, const traits& what) {
  switch (what.form) {
    case value_form::none:
      return 0;
    case value_form::port:
      return 2;
    case value_form::ip4:
      return 4;
    case value_form::ip6:
      return 16;
    case value_form::zone:
    case value_form::text:
    case value_form::path:
      break;
  }
  return take_varint(binary, longest_length);
}

std::string value_as_text(bytes_view raw, const traits& what) {
  switch (what.form) {
    case value_form::port:
      return std::to_string((raw[0] << 8) | raw[1]);
    case value_form::ip4:
      return ip_to_text<4>(raw.data());
    case value_form::ip6:
      return ip_to_text<16>(raw.data());
    case value_form::none:
    case value_form::zone:
    case value_form::text:
    case value_form::path:
      break;
  }
  return std::string{as_text(raw)};
}

template <std::size_t Size>
void put_ip(bytes& to, const std::string& text) {
  const auto raw = *ip_from_text<Size>(text);
  to.insert(to.end(), raw.begin(), raw.end());
}

void put_value(bytes& to, const piece& part) {
  switch (traits_of(part.kind).form) {
    case value_form::none:
      return;
    case value_form::ip4:
      return put_ip<4>(to, part.value);
    case value_form::ip6:
      return put_ip<16>(to, part.value);
    case value_form::port: {
      const auto port = *port_from_text(part.value);
      to.insert(to.end(), {static_cast<std::uint8_t>(port >> 8), static_cast<std::uint8_t>(port)});
      return;
    }
    case value_form::zone:
    case value_form::text:
    case value_form::path:
      put_varint(to, part.value.size());
      to.insert(to.end(), part.value.begin(), part.value.end());
  }
}

} // namespace

std::string_view name_of(protocol kind) noexcept {
  return traits_of(kind).name;
}

result<std::string> checked_value(protocol kind, std::string_view value) {
  return checked(traits_of(kind), value);
}

result<piece> take_piece(std::string_view& text) {
  drop_slash(text);
  const auto name = take_word(text);
  const auto* what = find_name(name);
  if (what == nullptr)
    return fail(errc::unknown_variant,
                "\"" + escaped(name)
                  + "\" is no protocol of a MultiAddr; there are: " + known_names());
  if (what->form == value_form::none)
    return piece{what->kind, {}};
  auto value = std::string{};
  if (what->form == value_form::path) {
    const auto path = take_path(text);
    auto plain = unescaped(path);
    if (!plain)
      return invalid(*what, path, "write %25 for a '%', and two hex digits behind any other");
    value = std::move(*plain);
  } else {
    drop_slash(text);
    value = take_word(text);
  }
  return checked(*what, value).map([&](std::string&& kept) {
    return piece{what->kind, std::move(kept)};
  });
}

result<piece> take_piece(bytes_view& binary) {
  const auto code = take_varint(binary, longest_code);
  if (!code)
    return fail(code.error());
  const auto* what = find_code(*code);
  if (what == nullptr)
    return fail(errc::unknown_variant,
                std::to_string(*code)
                  + " is no protocol of a MultiAddr; there are: " + known_names());
  return take_size(binary, *what)
    .and_then([&](std::uint64_t size) { return take_bytes(binary, size, *what); })
    .and_then([&](bytes_view raw) { return checked(*what, value_as_text(raw, *what)); })
    .map([&](std::string&& kept) {
      return piece{what->kind, std::move(kept)};
    });
}

void put_piece(bytes& to, const piece& part) {
  put_varint(to, static_cast<std::uint64_t>(part.kind));
  put_value(to, part);
}

void put_piece(std::string& to, const piece& part) {
  const auto& what = traits_of(part.kind);
  to += '/';
  to += what.name;
  if (what.form == value_form::path)
    to += escaped_path(part.value);
  else if (what.form != value_form::none)
    to += '/' + part.value;
}

} // namespace ockam::internal
