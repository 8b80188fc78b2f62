#pragma once

#include "../socket/connector.hpp"

#include "ockam/protocol/host_port.hpp"
#include "ockam/transports/tcp.hpp"

#include <memory>

#include <asio/ip/tcp.hpp>

namespace ockam::tcp::detail {

/// Connects to the addresses of a host.
class tcp_connector final : public internal::connector {
public:
  tcp_connector(const asio::any_io_executor& executor, host_port peer,
                const connect_options& options);

private:
  void find() override;
  void stop_finding() override { resolver_.cancel(); }
  [[nodiscard]] std::string_view advice_when_late() const override {
    return "check host, port and firewall";
  }
  [[nodiscard]] error failure(std::error_code code,
                              const internal::stream_endpoint& where) const override;
  [[nodiscard]] std::shared_ptr<tcp_connector> self() {
    return std::static_pointer_cast<tcp_connector>(shared_from_this());
  }

  const host_port peer_;
  const family prefer_;
  asio::ip::tcp::resolver resolver_;
};

} // namespace ockam::tcp::detail
