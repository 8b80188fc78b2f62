#pragma once

#include "stream/stream_connections.hpp"

#include "ockam/transports/tcp.hpp"

#include <functional>
#include <optional>
#include <string_view>

namespace ockam::tcp::detail {

/// The connections and listeners of one node, over TCP.
class transport_impl final
  : public sdk::connecting_transport,
    public sdk::transport_calls<tcp::listener, connect_options, listen_options> {
public:
  transport_impl(node_ptr node, const transport_options& options);
  void start() { threads_.start(); }
  void stop() override;

  [[nodiscard]] std::uint8_t type() const noexcept override { return transport_type::tcp; }

  result<tcp::listener> listen(std::string_view at, listen_options options) override;
  void connect(std::string_view peer, connect_options options, on_connected done) override;

private:
  [[nodiscard]] bool is_own_thread() const noexcept override { return threads_.is_this_thread(); }
  void connect_to(std::string_view peer, on_connected done,
                  std::optional<std::chrono::milliseconds> idle_timeout) override {
    connect_as_usual(peer, idle_timeout, std::move(done));
  }

  sdk::io_threads threads_;
  sdk::stream_connections sockets_;
};

} // namespace ockam::tcp::detail
