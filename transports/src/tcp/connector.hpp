#pragma once

#include "../name_lookup.hpp"
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
  void stop_finding() override;
  void looked_up(const internal::found_addresses& found);
  [[nodiscard]] std::string_view advice_when_late() const override;
  [[nodiscard]] error failure(std::error_code code,
                              const internal::stream_endpoint& where) const override;

  const host_port peer_;
  const family prefer_;
  internal::name_lookup lookup_;
  bool looking_up_ = false; // for this attempt
};

} // namespace ockam::tcp::detail
