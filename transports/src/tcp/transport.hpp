#pragma once

#include "stream/transport.hpp"

#include "ockam/transports/tcp.hpp"

#include <functional>
#include <optional>
#include <string_view>

namespace ockam::tcp::detail {

/// What is special about TCP: its addresses, names and socket options.
class transport_impl final
  : public internal::socket_transport,
    public internal::transport_calls<tcp::listener, connect_options, listen_options> {
public:
  transport_impl(node_ptr node, const transport_options& options);

  [[nodiscard]] std::uint8_t type() const noexcept override { return transport_type::tcp; }

  result<tcp::listener> listen(std::string_view at, listen_options options) override;
  void connect(std::string_view peer, connect_options options, on_connected done) override;

private:
  void connect_to(std::string_view peer, on_connected done,
                  std::optional<std::chrono::milliseconds> idle_timeout) override;
};

} // namespace ockam::tcp::detail
