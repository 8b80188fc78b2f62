#pragma once

#include "byte_stream.hpp"

#include "ockam/protocol/host_port.hpp"
#include "ockam/protocol/result.hpp"
#include "ockam/transports/websocket.hpp"

#include <memory>

namespace boost::asio::ssl {
class context;
}

namespace ockam::websocket::detail {

using tls_context = std::shared_ptr<boost::asio::ssl::context>;

/// TLS 1.2 or newer, with the files that the options name. - errc::invalid_value  which names the
/// option, for one that cannot be used
result<tls_context> make_client_context(const client_tls_options& options);
result<tls_context> make_server_context(const server_tls_options& options);

/// @param server  the name that the certificate of the peer must have, if the context verifies
std::unique_ptr<byte_stream> make_tls_client(tcp_socket socket, const tls_context& context,
                                             const host_port& server);
std::unique_ptr<byte_stream> make_tls_server(tcp_socket socket, const tls_context& context);

} // namespace ockam::websocket::detail
