#pragma once

#include "../socket/transport.hpp"

#include "ockam/transports/tcp.hpp"

#include <functional>
#include <optional>
#include <string_view>

namespace ockam::tcp::detail {

/// What is special about TCP: its addresses, names and socket options.
class transport_impl final : public internal::socket_transport {
public:
  transport_impl(node_ptr node, const transport_options& options);

  [[nodiscard]] std::uint8_t type() const noexcept override { return transport_type::tcp; }

  result<listener> listen(std::string_view at, listen_options options);
  void connect(std::string_view peer, connect_options options, on_connected done);
  result<connection> connect_and_wait(std::string_view peer, connect_options options);

  [[nodiscard]] connect_options fresh_connect_options() const;
  [[nodiscard]] listen_options fresh_listen_options() const;

private:
  void connect_to(std::string_view peer, on_connected done,
                  std::optional<std::chrono::milliseconds> idle_timeout) override;

  const transport_options defaults_;
};

} // namespace ockam::tcp::detail
