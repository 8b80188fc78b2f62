#pragma once

#include "connection.hpp"
#include "listener.hpp"

#include "io/basic_connector.hpp"
#include "io/io_transport.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace ockam::internal {

/// A transport over sockets with a stream of bytes: connecting and accepting. What is special about a
/// family of sockets is in the transport that derives from it.
class socket_transport : public io_transport<socket_connection> {
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
  result<std::shared_ptr<socket_connection>> take_on(
    stream_socket socket, const on_socket& prepare, link::setup setup,
    std::shared_ptr<io_thread> thread, std::shared_ptr<const socket_connection::on_end> ended,
    const std::function<void(socket_connection&)>& configure = {});
  [[nodiscard]] std::shared_ptr<const socket_connection::on_end> on_end_of(
    std::weak_ptr<socket_listener> accepted_by);
  static void make_lasting(socket_connection& made, const connecting& how);
  void on_accepted(socket_listener& listener, const accepting& how, stream_socket socket,
                   std::shared_ptr<io_thread> thread,
                   std::shared_ptr<const socket_connection::on_end> ended);

  const stream_format& format_;
  std::shared_ptr<const socket_connection::on_end> ended_; // of connections that were not accepted
};

} // namespace ockam::internal
