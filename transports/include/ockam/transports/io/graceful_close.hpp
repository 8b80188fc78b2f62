#pragma once

#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/io/stream_socket.hpp"

#include <chrono>

namespace ockam::sdk {

/// Ends it at once, both ways.
OCKAM_TRANSPORTS_EXPORT void close_now(stream_socket& socket);

/// Closes when the peer has closed too, at the latest after `limit`.
///
/// What was written is still with the operating system, which throws it away when a socket is closed
/// that has unread input. So what comes is read, and ignored, until the peer has seen the end.
OCKAM_TRANSPORTS_EXPORT void close_after_peer(stream_socket socket,
                                              const asio::any_io_executor& executor,
                                              std::chrono::milliseconds limit);

} // namespace ockam::sdk
