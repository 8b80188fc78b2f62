#pragma once

#include "listener.hpp"

#include "engine/connection_engine.hpp"
#include "io/basic_connector.hpp"
#include "transport/io_transport.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace ockam::internal {

/// A transport over sockets with a stream of bytes: connecting and accepting. What is special about a
/// family of sockets is in the transport that derives from it.
class socket_transport : public io_transport {
public:
  /// @param format  a constant of the program
  socket_transport(node_ptr node, const stream_format& format, std::string name,
                   const asio_threads& threads);
  void start();

protected:
  using connector = basic_connector<asio_net, stream_socket>;

  /// What happens to a socket before it is used, and the name of its other end.
  using on_socket = std::function<result<std::string>(stream_socket&)>;

  struct connecting {
    std::function<std::shared_ptr<connector>(std::shared_ptr<io_thread>)> make_connector;
    on_socket prepare;
    link::setup setup; // without a peer
    std::optional<reconnect_policy> reconnect;
  };
  void connect(connecting how, on_connected done);

  struct accepting {
    on_socket prepare;
    link::setup setup; // without a peer
  };
  /// @param made  of which `open` has succeeded
  void begin_listening(const std::shared_ptr<socket_listener>& made, accepting how);

private:
  using on_end_ptr = std::shared_ptr<const connection_engine::on_end>;

  result<std::shared_ptr<connection_engine>> take_on(
    stream_socket socket, const on_socket& prepare, link::setup setup,
    std::shared_ptr<io_thread> thread, on_end_ptr ended,
    const std::function<void(connection_engine&)>& configure = {});
  [[nodiscard]] on_end_ptr on_end_of(std::weak_ptr<socket_listener> accepted_by);
  static void make_lasting(connection_engine& made, const connecting& how,
                           const std::shared_ptr<io_thread>& thread);
  void on_accepted(socket_listener& listener, const accepting& how, stream_socket socket,
                   std::shared_ptr<io_thread> thread, on_end_ptr ended);

  const stream_format& format_;
  on_end_ptr ended_; // of connections that were not accepted
};

} // namespace ockam::internal
