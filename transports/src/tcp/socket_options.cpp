#include "socket_options.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include <netinet/tcp.h>

namespace ockam::tcp::detail {

namespace {

using keep_idle = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPIDLE>;
using keep_interval = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPINTVL>;
using keep_count = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPCNT>;

#ifdef TCP_USER_TIMEOUT
using user_timeout = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;
#endif

/// Linux takes from a second to nine hours.
int seconds_for_probes(std::chrono::seconds given) {
  return static_cast<int>(std::clamp<std::chrono::seconds::rep>(given.count(), 1, 32'767));
}

} // namespace

std::error_code prepare(internal::stream_socket& socket, const keepalive_options& keepalive,
                        std::chrono::milliseconds write_timeout) {
  std::error_code first;
  const auto set = [&](const auto& option) {
    std::error_code failed;
    socket.set_option(option, failed);
    if (failed && !first)
      first = failed;
  };
  const auto probes = std::clamp(keepalive.probes, 1, 127);
  set(asio::ip::tcp::no_delay{true});
  if (keepalive.idle < time_span::century) { // otherwise never
    set(asio::socket_base::keep_alive{true});
    set(keep_idle{seconds_for_probes(keepalive.idle)});
    set(keep_interval{seconds_for_probes(keepalive.interval)});
    set(keep_count{probes});
  }
#ifdef TCP_USER_TIMEOUT
  // There are no probes while something is unacknowledged. A peer that takes no byte counts too, so
  // nothing is set where one may take none for ever.
  if (write_timeout.count() > 0) {
    const std::chrono::milliseconds probing_time
      = std::chrono::seconds{seconds_for_probes(keepalive.idle)}
        + std::chrono::seconds{seconds_for_probes(keepalive.interval)} * probes;
    constexpr std::chrono::milliseconds most{std::numeric_limits<int>::max()};
    set(user_timeout{static_cast<int>(std::clamp(write_timeout, probing_time, most).count())});
  }
#endif
  std::error_code failed;
  socket.non_blocking(true, failed);
  return first;
}

asio::ip::tcp::endpoint tcp_endpoint(const internal::stream_endpoint& where) {
  asio::ip::tcp::endpoint result;
  std::memcpy(result.data(), where.data(), std::min(where.size(), result.capacity()));
  return result;
}

} // namespace ockam::tcp::detail
