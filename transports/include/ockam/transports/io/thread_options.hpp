#pragma once

#include "ockam/transports/detail/export.hpp"

#include <chrono>
#include <cstddef>

namespace ockam::sdk {

/// Throws `failure` with errc::misuse or errc::invalid_value for options that contradict each other.
OCKAM_TRANSPORTS_EXPORT void check_thread_options(std::size_t count, bool has_loop_of_host,
                                                  std::chrono::microseconds poll_before_sleeping);

/// The threads of a transport, or the event loop of the host in their place.
template <class Net>
struct thread_options {
  std::size_t count = 1;
  typename Net::io_context* of_the_host = nullptr;
  std::chrono::microseconds poll_before_sleeping{0};

  /// Throws `failure` with errc::misuse or errc::invalid_value.
  void check() const { check_thread_options(count, of_the_host != nullptr, poll_before_sleeping); }
};

} // namespace ockam::sdk
