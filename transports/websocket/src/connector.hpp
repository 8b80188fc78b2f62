#pragma once

#include "io_thread.hpp"
#include "stream.hpp"
#include "tls.hpp"
#include "url.hpp"

#include "ockam/transports/io/basic_ip_connector.hpp"
#include "ockam/transports/websocket.hpp"

#include <memory>
#include <string>

namespace ockam::websocket::detail {

/// A stream that is open, and the URL of the address that it leads to.
struct opened_stream {
  std::shared_ptr<stream> made;
  std::string peer;
};

using ip_connector = sdk::basic_ip_connector<boost_net, net::ip::tcp, opened_stream>;

/// Connects to the addresses of a host; then TLS and the upgrade with the first that answers.
class connector final : public ip_connector {
public:
  /// @param context  for wss
  connector(thread_ptr thread, const url& peer, const connect_options& options,
            tls_context context);

private:
  void connected(socket made, const endpoint& where) override;
  void stop_attempt() override;

  const url peer_;
  const std::string host_;
  const connection_limits limits_;
  const tls_context context_;
  std::shared_ptr<stream> stream_; // being opened
};

} // namespace ockam::websocket::detail
