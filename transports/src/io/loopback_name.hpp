#pragma once

#include <string_view>

namespace ockam::sdk {

/// `localhost` and the names below it, whether the system's resolver knows them or not (RFC 6761):
/// in a minimal container it does not.
inline bool is_loopback_name(std::string_view name) noexcept {
  constexpr std::string_view reserved = "localhost";
  return name == reserved || (name.ends_with(reserved) && name[name.size() - 10] == '.');
}

} // namespace ockam::sdk
