#pragma once

#include "ockam/transports/engine/carrier.hpp"
#include "ockam/transports/io/io_thread.hpp"

#include <memory>

#include <asio/generic/stream_protocol.hpp>

#include <netinet/in.h>

namespace mptcp {

namespace sdk = ockam::sdk;

/// Says for Asio what its sockets are; takes the endpoints of TCP.
class multipath : public asio::generic::stream_protocol {
public:
  using endpoint = asio::generic::basic_endpoint<multipath>;

  multipath(int family, int) : stream_protocol{family, IPPROTO_MPTCP} {}
  multipath(const asio::ip::tcp& other) : multipath{other.family(), 0} {} // NOLINT: as Asio's
};

using socket = sdk::asio_net::stream_socket<multipath>;

/// Moves the bytes of one connection.
class socket_carrier final : public sdk::carrier {
public:
  /// @param connected  a socket in the loop of `thread`, which does not block
  socket_carrier(std::shared_ptr<sdk::io_thread> thread, socket connected)
    : thread_{std::move(thread)}, socket_{std::move(connected)} {}

  void wait(direction what, on_ready then) override;
  ockam::result<input> read(sdk::inbox& to) override;
  ockam::result<output> write(sdk::write_batch& batch) override;
  void close(const ending& how) override;

private:
  const std::shared_ptr<sdk::io_thread> thread_;
  socket socket_;
};

} // namespace mptcp
