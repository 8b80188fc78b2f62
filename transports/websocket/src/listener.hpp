#pragma once

#include "io_thread.hpp"
#include "stream.hpp"
#include "tls.hpp"
#include "url.hpp"

#include "listening.hpp"

#include "ockam/transports/websocket.hpp"

#include <functional>
#include <memory>
#include <mutex>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace ockam::websocket::detail {

/// Accepts sockets, on one I/O thread, and makes WebSockets of them, on any.
class websocket_listener final : public internal::listening {
public:
  using thread_ptr = std::shared_ptr<io_thread>;
  using pick_thread = std::function<thread_ptr()>; // for the next connection
  using on_accept = std::function<void(std::shared_ptr<stream>, std::string peer, thread_ptr)>;
  using on_end = std::function<void(const websocket_listener&)>;

  /// @param context  for wss
  websocket_listener(thread_ptr thread, url where, listen_options options, tls_context context);

  /// Binds and listens; accepting begins with `start`.
  result<void> open(const node_ptr& node);
  void start(pick_thread pick, on_accept accepted, on_end ended);

  void stop() override;

  [[nodiscard]] const listen_options& options() const noexcept { return options_; }

private:
  using acceptor = net::basic_socket_acceptor<net::ip::tcp, executor>;

  [[nodiscard]] std::shared_ptr<websocket_listener> self() {
    return std::static_pointer_cast<websocket_listener>(shared_from_this());
  }

  void accept();
  void accept_waiting();
  void open_stream(tcp_socket socket, const thread_ptr& thread);
  void serve(tcp_socket socket, std::shared_ptr<void> slot, const thread_ptr& thread);
  void try_again_later(const error_code& failed);
  void socket_closed();
  bool is_stopped();
  void end();

  const thread_ptr thread_;
  url where_;
  const listen_options options_;
  const tls_context context_;
  acceptor acceptor_;
  net::ip::tcp protocol_ = net::ip::tcp::v4();
  std::mutex closing_; // the acceptor's socket is closed by its thread, shut down by any
  bool stopped_ = false;
  net::steady_timer pause_;
  std::chrono::milliseconds back_off_;
  std::size_t max_connections_;
  std::size_t connections_ = 0;
  pick_thread pick_;
  thread_ptr for_next_; // picked already
  on_accept accepted_;
  on_end ended_;
  bool full_ = false;
  bool over_ = false;
};

} // namespace ockam::websocket::detail
