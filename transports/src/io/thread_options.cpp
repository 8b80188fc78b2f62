#include "ockam/transports/io/thread_options.hpp"

#include "ockam/protocol/result.hpp"

#include <string>

namespace ockam::sdk {

void check_thread_options(std::size_t count, bool has_loop_of_host,
                          std::chrono::microseconds poll_before_sleeping) {
  if (has_loop_of_host && count > 1)
    throw failure{error{errc::misuse, "io_threads is " + std::to_string(count)
                                        + ", but the io_context of the host runs everything; set "
                                          "only one of the two"}};
  if (has_loop_of_host && poll_before_sleeping.count() > 0)
    throw failure{error{errc::misuse,
                        "poll_before_sleeping is for threads of the transport, and the "
                        "io_context of the host runs everything; set only one of the two"}};
  if (poll_before_sleeping.count() < 0)
    throw failure{error{errc::invalid_value, "poll_before_sleeping is "
                                               + std::to_string(poll_before_sleeping.count())
                                               + " us; it takes 0 or more"}};
}

} // namespace ockam::sdk
