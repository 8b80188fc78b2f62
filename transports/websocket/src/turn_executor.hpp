#pragma once

#include "loop_executor.hpp"

#include <memory>
#include <type_traits>
#include <utility>

#include <boost/asio/execution/blocking.hpp>

namespace ockam::websocket::detail {

/// Functions that one handler of the event loop runs after another. Beast posts a function or two for
/// each message, and a turn of the loop for each costs more than most messages do.
/// On the thread of the loop.
class turns : public std::enable_shared_from_this<turns> {
public:
  /// Runs `first`, and then the functions added meanwhile. The caller keeps this alive.
  template <class Function>
  void run(Function&& first) {
    running_ = true;
    std::forward<Function>(first)();
    while (const auto next = take())
      next->call();
    running_ = false;
  }

  [[nodiscard]] bool running() const noexcept { return running_; }

  template <class Function>
  void add(Function what) {
    auto added = std::make_unique<holder<Function>>(std::move(what));
    auto* const at = added.get();
    (last_ != nullptr ? last_->next : first_) = std::move(added);
    last_ = at;
  }

private:
  struct base {
    virtual ~base() = default;
    virtual void call() = 0;
    std::unique_ptr<base> next{};
  };
  template <class Function>
  struct holder final : base {
    explicit holder(Function&& what) : what{std::move(what)} {}
    void call() override { what(); }
    Function what;
  };

  std::unique_ptr<base> take() {
    auto taken = std::move(first_);
    if (taken)
      first_ = std::move(taken->next);
    if (!first_)
      last_ = nullptr;
    return taken;
  }

  std::unique_ptr<base> first_;
  base* last_ = nullptr;
  bool running_ = false;
};

/// A `loop_executor` that adds what is posted while `turns` run to them. Functions that are posted with it
/// keep the owner of the turns alive.
class turn_executor {
public:
  turn_executor(loop_executor loop, turns& here) : loop_{std::move(loop)}, turns_{&here} {}
  turn_executor(const turn_executor&) noexcept = default;
  turn_executor& operator=(const turn_executor&) noexcept = default;
  ~turn_executor() = default;

  template <class Function>
  void execute(Function&& what) const {
    if (!posts_)
      loop_.execute(std::forward<Function>(what));
    else if (turns_->running())
      turns_->add(std::forward<Function>(what));
    else
      loop_.execute([here = turns_->shared_from_this(),
                     what = std::forward<Function>(what)]() mutable { here->run(what); });
  }

  [[nodiscard]] boost::asio::io_context& query(boost::asio::execution::context_t what) const {
    return loop_.query(what);
  }

  template <class Property>
  requires requires(const loop_executor& loop, Property wanted) { loop.require(wanted); }
  [[nodiscard]] turn_executor require(Property wanted) const {
    auto changed = *this;
    changed.loop_ = loop_.require(wanted);
    if constexpr (std::is_same_v<Property, boost::asio::execution::blocking_t::never_t>)
      changed.posts_ = true;
    if constexpr (std::is_same_v<Property, boost::asio::execution::blocking_t::possibly_t>)
      changed.posts_ = false;
    return changed;
  }

  [[nodiscard]] turn_executor prefer(
    boost::asio::execution::outstanding_work_t::tracked_t) const noexcept {
    return *this;
  }

  friend bool operator==(const turn_executor& a, const turn_executor& b) noexcept {
    return a.loop_ == b.loop_ && a.turns_ == b.turns_ && a.posts_ == b.posts_;
  }

private:
  loop_executor loop_;
  turns* turns_;
  bool posts_ = false;
};

} // namespace ockam::websocket::detail
