#pragma once

#include "ockam/transports/io/basic_ip_connector.hpp"
#include "ockam/transports/io/stream_socket.hpp"
#include "ockam/transports/tcp.hpp"

#include <vector>

namespace ockam::tcp::detail {

using ip_connector
  = sdk::basic_ip_connector<sdk::asio_net, asio::generic::stream_protocol, sdk::stream_socket>;

/// Connects to the addresses of a host.
class tcp_connector final : public ip_connector {
public:
  tcp_connector(thread_ptr thread, const host_port& peer, const connect_options& options)
    : basic_ip_connector{std::move(thread),
                         to_string(peer),
                         peer,
                         {options.connect_timeout, options.retry_for}},
      prefer_{options.prefer} {}

private:
  void arrange(std::vector<endpoint>& all) const override;
  void connected(socket made, const endpoint&) override { finish(std::move(made)); }

  const family prefer_;
};

} // namespace ockam::tcp::detail
