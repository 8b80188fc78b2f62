#pragma once

#include "byte_stream.hpp"

#include "ockam/transports/io/basic_io_thread.hpp"

#include <utility>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

namespace ockam::websocket::detail {

/// The event loop of Boost.Asio, for what is the same with that of standalone Asio (`asio_net`).
struct boost_net {
  using error_code = boost::system::error_code;
  using io_context = net::io_context;
  using any_executor = loop_executor;
  using work_guard = net::executor_work_guard<io_context::executor_type>;
  using strand = net::strand<io_context::executor_type>;
  using timer = net::steady_timer;
  using tcp = net::ip::tcp;

  /// Unlike that of `asio_net` it takes any executor: Beast and TLS run more than one handler for an
  /// operation, and all of them where the socket runs its own.
  template <class Protocol>
  using stream_socket = net::basic_stream_socket<Protocol, any_executor>;
  template <class Protocol>
  using acceptor = net::basic_socket_acceptor<Protocol>;

  template <class To, class Function>
  static void post(To&& to, Function what) {
    net::post(to, std::move(what));
  }
  template <class To, class Function>
  static void dispatch(To&& to, Function what) {
    net::dispatch(to, std::move(what));
  }
  template <class To, class Function>
  static auto bind(const To& to, Function what) {
    return net::bind_executor(to, std::move(what));
  }
};

using io_thread = sdk::basic_io_thread<boost_net>;

/// Makes a socket that was opened in the loop of `thread` run its handlers on `thread`, which in a loop
/// of the host is a strand. Before anything is begun with it.
tcp_socket bind_to(const io_thread& thread, tcp_socket opened, error_code& failed);

} // namespace ockam::websocket::detail

extern template class ockam::sdk::basic_io_thread<ockam::websocket::detail::boost_net>;
