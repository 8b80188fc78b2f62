#pragma once

#include <concepts>
#include <optional>
#include <utility>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/strand.hpp>

namespace ockam::websocket::detail {

/// An Asio executor for one of two: an event loop that one thread runs, or a strand in an event loop of
/// the host. `any_io_executor` holds either too, and costs a fifth of the rate of small messages: its
/// copies and calls are virtual, and each call takes memory.
class loop_executor {
public:
  using loop = boost::asio::io_context::executor_type;
  using strand = boost::asio::strand<loop>;

  loop_executor(loop own) : loop_{std::move(own)} {} // NOLINT(*-explicit-*): as `any_io_executor`
  loop_executor(strand of_the_host)                  // NOLINT(*-explicit-*)
    : loop_{of_the_host.get_inner_executor()}, strand_{std::move(of_the_host)} {}
  loop_executor(const loop_executor&) noexcept = default; // Asio asks for it, std::optional is not
  loop_executor& operator=(const loop_executor&) noexcept = default;
  ~loop_executor() = default;

  template <class Function>
  void execute(Function&& what) const {
    if (strand_)
      strand_->execute(std::forward<Function>(what));
    else
      loop_.execute(std::forward<Function>(what));
  }

  [[nodiscard]] boost::asio::io_context& query(boost::asio::execution::context_t what) const {
    return boost::asio::query(loop_, what);
  }

  /// Any property of a loop but those that change its type: an allocator, counted work.
  template <class Property>
  requires std::same_as<typename boost::asio::require_result<loop, Property>::type, loop>
  [[nodiscard]] loop_executor require(Property wanted) const {
    return strand_ ? loop_executor{boost::asio::require(*strand_, wanted)}
                   : loop_executor{boost::asio::require(loop_, wanted)};
  }

  /// Counts nothing: an I/O thread keeps its loop. Here because Beast 1.74 keeps a reference to what it
  /// passed in when an executor does not know the property.
  [[nodiscard]] loop_executor prefer(
    boost::asio::execution::outstanding_work_t::tracked_t) const noexcept {
    return *this;
  }

  friend bool operator==(const loop_executor& a, const loop_executor& b) noexcept {
    return a.loop_ == b.loop_ && a.strand_ == b.strand_;
  }

private:
  loop loop_;
  std::optional<strand> strand_{};
};

} // namespace ockam::websocket::detail
