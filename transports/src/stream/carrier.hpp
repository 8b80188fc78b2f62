#pragma once

#include "ockam/transports/engine/carrier.hpp"
#include "ockam/transports/io/io_thread.hpp"
#include "ockam/transports/io/stream_socket.hpp"

#include <memory>

namespace ockam::sdk {

/// Moves the bytes of a connection through a socket, TCP or Unix.
class socket_carrier final : public carrier {
public:
  /// @param socket  connected, of the loop of `thread`
  socket_carrier(std::shared_ptr<io_thread> thread, stream_socket socket)
    : thread_{std::move(thread)}, socket_{std::move(socket)} {}

  void wait(direction what, on_ready then) override;
  result<input> read(inbox& to) override;
  result<output> write(write_batch& batch) override;
  void close(const ending& how) override;

private:
  std::size_t write_some(const write_batch& batch, std::error_code& failed);
  [[nodiscard]] error failure(std::error_code code, const char* what) const;

  const std::shared_ptr<io_thread> thread_;
  stream_socket socket_;
};

} // namespace ockam::sdk
