#pragma once

#include "ockam/transports/io/error_hint.hpp"
#include "ockam/transports/io/net.hpp"

#include <asio/generic/stream_protocol.hpp>

namespace ockam::sdk {

/// A socket with a stream of bytes, of whatever family.
using stream_socket = asio_net::stream_socket<asio::generic::stream_protocol>;
using stream_endpoint = asio::generic::stream_protocol::endpoint;

} // namespace ockam::sdk
