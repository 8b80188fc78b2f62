#include "connector.hpp"

#include "ockam/transports/io/own_socket.hpp"

#include <cerrno>

#include <sys/socket.h>

namespace ockam::uds::detail {

namespace {

constexpr std::chrono::milliseconds while_queue_is_full{10};

} // namespace

void uds_connector::attempt() {
  sdk::stream_socket socket{thread()->loop()};
  const auto where = peer_.endpoint();
  std::error_code failed;
  sdk::open_socket(socket, where.protocol(), failed);
  if (!failed)
    socket.non_blocking(true, failed);
  // Asio would take a full queue for a connection that is under way
  if (!failed && ::connect(socket.native_handle(), where.data(), where.size()) != 0)
    failed = {errno, std::system_category()};
  if (!failed)
    return finish(std::move(socket));
  if (failed != std::errc::resource_unavailable_try_again && failed != std::errc::interrupted)
    return attempt_failed(
      uds_error(failed, sdk::socket_use::connect, "connecting to " + peer_.text()));
  pause_.expires_after(while_queue_is_full);
  pause_.async_wait([me = std::static_pointer_cast<uds_connector>(shared_from_this())](
                      const std::error_code& cancelled) {
    if (!cancelled && me->trying())
      me->attempt();
  });
}

} // namespace ockam::uds::detail
