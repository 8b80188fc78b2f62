#pragma once

#include "../registry.hpp"
#include "connection.hpp"
#include "connector.hpp"
#include "implicit_connections.hpp"
#include "listener.hpp"

#include "ockam/actors/transport_port.hpp"
#include "ockam/protocol/host_port.hpp"
#include "ockam/transports/tcp.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include <asio/steady_timer.hpp>

namespace ockam::tcp::detail {

/// The connections and listeners of one transport, and the threads that serve them.
class transport_impl final : public ockam::transport,
                             public std::enable_shared_from_this<transport_impl> {
public:
  transport_impl(std::shared_ptr<internal::node_state> node, const transport_options& options);
  void start();

  // -- ockam::transport ----------------------------------------------------------------------------

  [[nodiscard]] std::uint8_t type() const noexcept override { return transport_type::tcp; }
  result<address> resolve(const address& remote) override;
  void resolve_implicitly(const address& remote,
                          std::function<void(result<address>)> ready) override;
  void stop() override;

  // -- calls of the handle -------------------------------------------------------------------------

  result<std::shared_ptr<listener_impl>> listen(std::string_view at, listen_options options);
  void connect(std::string_view peer, connect_options options,
               std::function<void(result<connection>)> done);
  result<connection> connect_and_wait(std::string_view peer, connect_options options);
  result<void> disconnect(const address& any);
  result<void> stop_listener(const address& listener);
  [[nodiscard]] connect_options fresh_connect_options() const;
  [[nodiscard]] listen_options fresh_listen_options() const;
  [[nodiscard]] const auto& connections() const noexcept { return connections_; }
  [[nodiscard]] const auto& listeners() const noexcept { return listeners_; }

private:
  std::shared_ptr<internal::io_thread> next_thread();
  bool add_attempt(const std::shared_ptr<connector>& attempt);
  result<std::shared_ptr<tcp_connection>> take_on(
    asio::ip::tcp::socket socket, internal::stream_link::setup setup,
    std::shared_ptr<internal::io_thread> thread, const keepalive_options& keepalive,
    const std::shared_ptr<listener_impl>& accepted_by,
    const std::function<void(tcp_connection&)>& configure = {});
  static void make_lasting(tcp_connection& made, const host_port& where,
                           const connect_options& options);
  void on_accepted(const std::shared_ptr<listener_impl>& listener, asio::ip::tcp::socket socket,
                   std::shared_ptr<internal::io_thread> thread);
  void watch_deadlines(std::size_t thread);

  const std::shared_ptr<internal::node_state> node_;
  const transport_options defaults_;
  std::vector<std::shared_ptr<internal::io_thread>> threads_;
  std::vector<std::unique_ptr<asio::steady_timer>> ticks_; // one a thread
  std::atomic<std::size_t> next_thread_{0};

  internal::registry<tcp_connection> connections_; // by sender address
  internal::registry<listener_impl> listeners_;
  implicit_connections implicit_;
  std::mutex attempts_mutex_;
  std::vector<std::weak_ptr<connector>> attempts_; // connecting now; ended ones go with the next
  std::atomic<bool> stopping_{false};
};

} // namespace ockam::tcp::detail
