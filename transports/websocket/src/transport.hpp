#pragma once

#include "connector.hpp"
#include "listener.hpp"

#include "ockam/transports/engine/connection_engine.hpp"
#include "ockam/transports/transport/basic_io_threads.hpp"
#include "ockam/transports/websocket.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ockam::websocket::detail {

/// The connections and listeners of one transport, and the threads that serve them.
class transport_impl final
  : public sdk::connecting_transport,
    public sdk::transport_calls<ockam::listener, connect_options, listen_options> {
public:
  transport_impl(node_ptr node, const transport_options& options);
  void start() { threads_.start(); }
  void stop() override;

  [[nodiscard]] std::uint8_t type() const noexcept override { return transport_type::websocket; }

  result<ockam::listener> listen(std::string_view at, listen_options options) override;
  void connect(std::string_view peer, connect_options options, on_connected done) override;

private:
  using link_ptr = std::shared_ptr<sdk::connection_engine>;

  [[nodiscard]] bool is_own_thread() const noexcept override { return threads_.is_this_thread(); }
  void connect_to(std::string_view peer, on_connected done,
                  std::optional<std::chrono::milliseconds> idle_timeout) override {
    connect_as_usual(peer, idle_timeout, std::move(done));
  }

  [[nodiscard]] std::shared_ptr<transport_impl> self() { return self_as<transport_impl>(); }
  result<link_ptr> adopt(std::shared_ptr<stream> over, sdk::link::setup setup,
                         const keepalive_options& keepalive, std::shared_ptr<io_thread> thread,
                         const std::function<void(sdk::connection_engine&)>& configure = {});
  void on_accepted(const listen_options& options,
                   const std::shared_ptr<const std::string>& listener, std::shared_ptr<stream> over,
                   std::string peer, std::shared_ptr<io_thread> thread);

  sdk::basic_io_threads<boost_net> threads_;
};

} // namespace ockam::websocket::detail
