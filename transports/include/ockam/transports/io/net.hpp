#pragma once

#include <system_error>
#include <utility>

#include <asio/any_io_executor.hpp>
#include <asio/basic_socket_acceptor.hpp>
#include <asio/basic_stream_socket.hpp>
#include <asio/bind_executor.hpp>
#include <asio/dispatch.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/strand.hpp>

namespace ockam::sdk {

/// The event loop of standalone Asio, for what is the same with that of Boost.
struct asio_net {
  using error_code = std::error_code;
  using io_context = asio::io_context;
  using any_executor = asio::any_io_executor;
  using work_guard = asio::executor_work_guard<io_context::executor_type>;
  using strand = asio::strand<io_context::executor_type>;
  using timer = asio::steady_timer;
  using tcp = asio::ip::tcp;

  /// It knows its event loop and nothing of strands, so that it is small: its handlers go
  /// through `basic_io_thread::wait`, or are bound to an executor.
  template <class Protocol>
  using stream_socket = asio::basic_stream_socket<Protocol, io_context::executor_type>;
  template <class Protocol>
  using acceptor = asio::basic_socket_acceptor<Protocol>;

  template <class To, class Function>
  static void post(To&& to, Function what) {
    asio::post(to, std::move(what));
  }
  template <class To, class Function>
  static auto bind(const To& to, Function what) {
    return asio::bind_executor(to, std::move(what));
  }
  template <class To, class Function>
  static void dispatch(To&& to, Function what) {
    asio::dispatch(to, std::move(what));
  }
};

} // namespace ockam::sdk
