#pragma once

#include "../socket_advice.hpp"

#include "ockam/protocol/result.hpp"

#include <string>
#include <string_view>
#include <system_error>

#include <asio/any_io_executor.hpp>
#include <asio/basic_stream_socket.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>

namespace ockam::internal {

using loop_executor = asio::io_context::executor_type;

/// The event loop behind an executor, also where that is a strand in it.
inline loop_executor loop_of(const asio::any_io_executor& executor) {
  return static_cast<asio::io_context&>(asio::query(executor, asio::execution::context))
    .get_executor();
}

/// A socket with a stream of bytes, of whatever family: TCP or Unix.
///
/// It knows its event loop and nothing of strands, so that it is small: what is to run when it is
/// ready goes through `io_thread::wait`, or is bound to an executor.
using stream_socket = asio::basic_stream_socket<asio::generic::stream_protocol, loop_executor>;
using stream_endpoint = asio::generic::stream_protocol::endpoint;

using advice_for_code = std::string_view (*)(const std::error_code&, socket_use);

/// A failed call on a socket, in words that name the address: "connect to 127.0.0.1:4000: ...", with
/// what to try.
error socket_error(std::error_code code, socket_use use, const std::string& what,
                   advice_for_code advice = &socket_advice);

} // namespace ockam::internal
