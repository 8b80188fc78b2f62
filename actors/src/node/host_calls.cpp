#include "ockam/actors/transport/host_calls.hpp"

#include <string>

namespace ockam {

void host_calls::report(std::string_view what, const error& why) noexcept {
  failed_.fetch_add(1, std::memory_order_relaxed);
  static_cast<void>(internal::caught([&]() -> result<void> { // there may be no memory for the line
    log_.report(lines_, log_level::warning,
                [&] { return std::string{what} + " failed: " + to_string(why); });
    return {};
  }));
}

} // namespace ockam
