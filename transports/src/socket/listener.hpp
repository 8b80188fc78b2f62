#pragma once

#include "../listening.hpp"
#include "io/io_thread.hpp"
#include "stream_socket.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>

#include <asio/basic_socket_acceptor.hpp>
#include <asio/steady_timer.hpp>

namespace ockam::internal {

/// Accepts sockets, on one I/O thread.
class socket_listener : public listening {
public:
  using thread_ptr = std::shared_ptr<io_thread>;
  using pick_thread = std::function<thread_ptr()>; // for the next connection
  using on_accept = std::function<void(stream_socket, thread_ptr)>;
  using on_end = std::function<void(const socket_listener&)>;
  using acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;

  /// @param bound  listens already
  socket_listener(thread_ptr thread, acceptor bound, ockam::flow_control_id id,
                  std::size_t max_connections);

  /// Makes the node know it; accepting begins with `start`.
  result<void> open(const node_ptr& node, std::string socket_address) {
    return open_port(node, std::move(socket_address));
  }
  void start(pick_thread pick, on_accept accepted, on_end ended);

  /// One of the accepted connections has ended: room for another.
  void connection_ended();

  void stop() final;

protected:
  /// The socket address is not used any more. Once, on whatever thread stops it.
  virtual void release() {}
  [[nodiscard]] int listening_socket() { return acceptor_.native_handle(); }

private:
  static asio::generic::stream_protocol protocol_of(acceptor& bound);
  void accept();
  void accept_waiting();
  void try_again_later(const std::error_code& failed);
  bool is_stopped();
  void end();
  [[nodiscard]] std::shared_ptr<socket_listener> self() {
    return std::static_pointer_cast<socket_listener>(shared_from_this());
  }

  const thread_ptr thread_;
  acceptor acceptor_;
  const asio::generic::stream_protocol protocol_;
  std::mutex closing_; // the acceptor's socket is closed by its thread, shut down by any
  bool stopped_ = false;
  asio::steady_timer pause_;
  std::chrono::milliseconds back_off_;
  const std::size_t max_connections_;
  std::size_t connections_ = 0;
  pick_thread pick_;
  thread_ptr for_next_; // picked already
  on_accept accepted_;
  on_end ended_;
  bool full_ = false;
  bool over_ = false;
};

} // namespace ockam::internal
