#pragma once

#include "ockam/transports/io/io_thread.hpp"
#include "ockam/transports/io/stream_socket.hpp"
#include "ockam/transports/transport/basic_acceptor.hpp"

namespace ockam::sdk {

/// Accepts sockets of any family.
using socket_listener = basic_acceptor<asio_net, asio::generic::stream_protocol>;

extern template class basic_acceptor<asio_net, asio::generic::stream_protocol>;

} // namespace ockam::sdk
