#include "url.hpp"

#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <cctype>

namespace ockam::websocket::detail {

namespace {

constexpr std::uint16_t port_of_ws = 80;
constexpr std::uint16_t port_of_wss = 443;

/// A text from outside, for an error.
constexpr std::size_t max_shown = 100;

bool take_scheme(std::string_view& text, std::string_view scheme) noexcept {
  const auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == b; };
  if (text.size() < scheme.size()
      || !std::ranges::equal(text.substr(0, scheme.size()), scheme, same))
    return false;
  text.remove_prefix(scheme.size());
  return true;
}

/// Whether `host`, `host:port` or `[v6]:port` ends with a port.
bool has_port(std::string_view authority) noexcept {
  const auto colon = authority.rfind(':');
  return colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
}

/// `%25` alone is the zone of number 25.
std::string with_zone_unescaped(std::string authority) {
  constexpr std::string_view escape = "%25";
  const auto percent = authority.find(escape);
  if (percent != std::string::npos && authority.find(']') > percent + escape.size())
    authority.erase(percent + 1, escape.size() - 1);
  return authority;
}

template <class ParseAuthority>
result<url> parse(std::string_view text, ParseAuthority parse_authority) {
  auto rest = text;
  const bool secure = take_scheme(rest, "wss://");
  const bool in_full = secure || take_scheme(rest, "ws://");
  const auto slash = in_full ? std::min(rest.find_first_of("/?#"), rest.size()) : rest.size();
  std::string authority{rest.substr(0, slash)};
  const auto path = rest.substr(slash);
  if (in_full)
    authority = with_zone_unescaped(std::move(authority));
  if (in_full && authority.starts_with(':')) // which means this machine elsewhere
    authority.clear();
  else if (in_full && !authority.empty() && !has_port(authority))
    authority += ':' + std::to_string(secure ? port_of_wss : port_of_ws);
  if (!is_visible(path) || path.find('#') != std::string_view::npos)
    return fail(errc::invalid_value,
                '"' + escaped(text)
                  + "\" has a path with blanks, `#` or characters that are not "
                    "ASCII; write them as %20 and so on");
  return parse_authority(std::string_view{authority}).map([&](host_port where) {
    return url{std::move(where), secure, (path.starts_with('?') ? "/" : "") + std::string{path}};
  });
}

} // namespace

std::string url::host() const {
  auto text = to_string(where);
  if (const auto percent = text.find('%'); percent != std::string::npos)
    text.erase(percent, text.find(']') - percent);
  if (where.port == (secure ? port_of_wss : port_of_ws))
    text.erase(text.rfind(':'));
  return text;
}

std::string url::to_text() const {
  return (secure ? "wss://" : "ws://") + with_zone_escaped(to_string(where)) + path;
}

std::string with_zone_escaped(std::string authority) {
  if (const auto percent = authority.find('%'); percent != std::string::npos)
    authority.insert(percent + 1, "25");
  return authority;
}

result<url> parse_peer_url(std::string_view text) {
  return parse(text, parse_peer);
}

result<url> parse_listen_url(std::string_view text) {
  return parse(text, parse_listen);
}

result<std::string> path_of_target(std::string_view target) {
  auto rest = target;
  if (!rest.starts_with('/')) {
    const auto schemes = {"http://", "https://", "ws://", "wss://"};
    if (std::ranges::none_of(schemes, [&](const char* each) { return take_scheme(rest, each); }))
      return fail(errc::invalid_value, "the target \"" + escaped(target, max_shown)
                                         + "\" is no path, and no URL of HTTP or WebSocket");
    const auto authority = rest.substr(0, rest.find_first_of("/?"));
    if (authority.empty() || authority.find('@') != std::string_view::npos)
      return fail(errc::invalid_value, "the target \"" + escaped(target, max_shown)
                                         + "\" has no host, or a user in front of it");
    rest.remove_prefix(authority.size());
  }
  const auto path = rest.substr(0, rest.find('?'));
  return std::string{path.empty() ? "/" : path};
}

bool is_visible(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

} // namespace ockam::websocket::detail
