#include "io_thread.hpp"

#include "ockam/transports/io/own_socket.hpp"

template class ockam::sdk::basic_io_thread<ockam::websocket::detail::boost_net>;

namespace ockam::websocket::detail {

tcp_socket bind_to(const io_thread& thread, tcp_socket opened, error_code& failed) {
  failed = {};
  if (opened.get_executor() == thread.executor())
    return opened;
  tcp_socket bound{thread.executor()};
  const auto protocol = opened.local_endpoint(failed).protocol();
  if (const auto descriptor = failed ? -1 : opened.release(failed); !failed)
    sdk::take_over(bound, protocol, descriptor, failed);
  return bound;
}

} // namespace ockam::websocket::detail
