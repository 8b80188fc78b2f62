#include "host_calls.hpp"

#include <string>

namespace ockam::internal {

void host_calls::report(std::string_view what, const error& why) noexcept {
  failed_.fetch_add(1, std::memory_order_relaxed);
  static_cast<void>(caught([&]() -> result<void> { // there may be no memory for the line
    if (lines_.allow())
      log_warning(std::string{what} + " failed: " + to_string(why));
    return {};
  }));
}

} // namespace ockam::internal
