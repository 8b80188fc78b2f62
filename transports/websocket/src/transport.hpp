#pragma once

#include "connection.hpp"
#include "connector.hpp"
#include "listener.hpp"

#include "connecting_transport.hpp"

#include "ockam/transports/websocket.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ockam::websocket::detail {

/// The connections and listeners of one transport, and the threads that serve them.
class transport_impl final
  : public internal::connecting_transport,
    public internal::transport_calls<ockam::listener, connect_options, listen_options> {
public:
  transport_impl(node_ptr node, transport_options options);
  void start();

  [[nodiscard]] std::uint8_t type() const noexcept override { return transport_type::websocket; }
  void stop() override;

  result<ockam::listener> listen(std::string_view at, listen_options options) override;
  void connect(std::string_view peer, connect_options options, on_connected done) override;

private:
  using link_ptr = std::shared_ptr<websocket_connection>;

  void connect_to(std::string_view peer, on_connected done,
                  std::optional<std::chrono::milliseconds> idle_timeout) override {
    connect_as_usual(peer, idle_timeout, std::move(done));
  }
  [[nodiscard]] bool is_own_thread() const noexcept override;

  [[nodiscard]] std::shared_ptr<transport_impl> self() { return self_as<transport_impl>(); }
  std::shared_ptr<io_thread> next_thread();
  result<link_ptr> take_on(std::shared_ptr<stream> over, internal::link::setup setup,
                           const keepalive_options& keepalive, std::shared_ptr<io_thread> thread);
  void on_accepted(const listen_options& options,
                   const std::shared_ptr<const std::string>& listener, std::shared_ptr<stream> over,
                   std::string peer, std::shared_ptr<io_thread> thread);

  std::vector<std::shared_ptr<io_thread>> threads_;
  std::atomic<std::size_t> next_thread_{0};
};

} // namespace ockam::websocket::detail
