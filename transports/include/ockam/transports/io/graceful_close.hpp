#pragma once

#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/io/stream_socket.hpp"

#include <chrono>

namespace ockam::sdk {

/// Ends it at once, both ways.
OCKAM_TRANSPORTS_EXPORT void close_now(stream_socket& socket);

/// Closes when the peer has closed too, at the latest after `limit`.
///
/// Written bytes may still be with the operating system, which discards them when a socket with unread
/// input is closed. Therefore input is read and ignored until the peer has seen the end.
OCKAM_TRANSPORTS_EXPORT void close_after_peer(stream_socket socket,
                                              const asio::any_io_executor& executor,
                                              std::chrono::milliseconds limit);

} // namespace ockam::sdk
