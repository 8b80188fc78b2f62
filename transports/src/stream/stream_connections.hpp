#pragma once

#include "listener.hpp"

#include "ockam/transports/engine/connection_engine.hpp"
#include "ockam/transports/io/basic_connector.hpp"
#include "ockam/transports/io/io_thread.hpp"
#include "ockam/transports/transport/basic_io_threads.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace ockam::sdk {

using io_threads = basic_io_threads<asio_net>;

/// The part that TCP and Unix sockets share: makes connections of sockets, connected or accepted.
class stream_connections {
public:
  using connector = basic_connector<asio_net, stream_socket>;

  /// Prepares a socket, and returns the name of its other end.
  using on_socket = std::function<result<std::string>(stream_socket&)>;

  /// @param owner   has this as a member
  /// @param format  a constant of the program
  stream_connections(connecting_transport& owner, const stream_format& format, io_threads& threads)
    : owner_{owner}, format_{format}, threads_{threads} {}

  struct connecting {
    std::function<std::shared_ptr<connector>(std::shared_ptr<io_thread>)> make_connector;
    on_socket prepare;
    link::setup setup; // without a peer
    std::optional<reconnect_policy> reconnect;
  };
  void connect(connecting options, on_connected done);

  struct accepting {
    on_socket prepare;
    link::setup setup; // without a peer
  };
  /// @param made  of which `open` has succeeded
  void begin_listening(const std::shared_ptr<socket_listener>& made, accepting options);

private:
  using on_end_ptr = std::shared_ptr<const connection_engine::on_end>;

  result<std::shared_ptr<connection_engine>> adopt(
    stream_socket socket, const on_socket& prepare, link::setup setup,
    const std::shared_ptr<io_thread>& thread, on_end_ptr ended,
    const std::function<void(connection_engine&)>& configure = {});
  [[nodiscard]] on_end_ptr on_end_of(std::weak_ptr<socket_listener> accepted_by);
  static void make_lasting(connection_engine& made, const connecting& options,
                           const std::shared_ptr<io_thread>& thread);
  void on_accepted(socket_listener& listener, const accepting& options, stream_socket socket,
                   const std::shared_ptr<io_thread>& thread, on_end_ptr ended);

  connecting_transport& owner_;
  const stream_format& format_;
  io_threads& threads_;
};

} // namespace ockam::sdk
