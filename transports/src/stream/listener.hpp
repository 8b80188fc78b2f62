#pragma once

#include "stream_socket.hpp"

#include "io/io_thread.hpp"
#include "transport/basic_acceptor.hpp"

namespace ockam::internal {

/// Accepts sockets of whatever family.
using socket_listener = basic_acceptor<asio_net, asio::generic::stream_protocol>;

extern template class basic_acceptor<asio_net, asio::generic::stream_protocol>;

} // namespace ockam::internal
