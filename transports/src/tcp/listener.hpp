#pragma once

#include "connection.hpp"

#include "ockam/actors/transport_port.hpp"
#include "ockam/transports/tcp.hpp"

#include <functional>
#include <memory>
#include <mutex>

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

namespace ockam::tcp::detail {

/// Accepts sockets, on one I/O thread.
class listener_impl final : public std::enable_shared_from_this<listener_impl> {
public:
  using thread_ptr = std::shared_ptr<internal::io_thread>;
  using pick_thread = std::function<thread_ptr()>; // for the next connection
  using on_accept = std::function<void(asio::ip::tcp::socket, thread_ptr)>;
  using on_end = std::function<void(const std::shared_ptr<listener_impl>&)>;

  listener_impl(std::shared_ptr<internal::io_thread> thread, listen_options options);

  /// Binds and listens; accepting begins with `start`.
  result<void> open(const std::shared_ptr<internal::node_state>& node,
                    const asio::ip::tcp::endpoint& where);
  void start(pick_thread pick, on_accept accepted, on_end ended);

  /// One of the accepted connections has ended: room for another.
  void connection_ended();

  /// Stops accepting: the port is free when it returns. Any thread, any number of times.
  void stop();

  [[nodiscard]] const ockam::address& address() const noexcept { return address_; }
  [[nodiscard]] const std::string& socket_address() const noexcept { return socket_address_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_number_; }
  [[nodiscard]] const listen_options& options() const noexcept { return options_; }
  [[nodiscard]] const std::shared_ptr<internal::node_state>& node() const noexcept { return node_; }

private:
  void accept();
  void try_again_later(const std::error_code& failed);
  bool is_stopped();
  void end();

  const std::shared_ptr<internal::io_thread> thread_;
  const listen_options options_;
  std::shared_ptr<internal::node_state> node_;
  listener_port port_;
  ockam::address address_;
  std::string socket_address_;
  std::uint16_t port_number_ = 0;
  asio::ip::tcp::acceptor acceptor_;
  std::mutex closing_; // the acceptor's socket is closed by its thread, shut down by any
  bool stopped_ = false;
  asio::steady_timer pause_;
  std::chrono::milliseconds back_off_;
  std::size_t max_connections_;
  std::size_t connections_ = 0;
  pick_thread pick_;
  on_accept accepted_;
  on_end ended_;
  bool full_ = false;
  bool over_ = false;
};

} // namespace ockam::tcp::detail
