#pragma once

#include <system_error>
#include <utility>

#include <asio/any_io_executor.hpp>
#include <asio/bind_executor.hpp>
#include <asio/dispatch.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/strand.hpp>

namespace ockam::internal {

/// The event loop of standalone Asio, for what is the same with that of Boost.
struct asio_net {
  using error_code = std::error_code;
  using io_context = asio::io_context;
  using any_executor = asio::any_io_executor;
  using work_guard = asio::executor_work_guard<any_executor>;
  using strand = asio::strand<io_context::executor_type>;
  using timer = asio::steady_timer;

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

} // namespace ockam::internal
