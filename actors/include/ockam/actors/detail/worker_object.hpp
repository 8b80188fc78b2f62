#pragma once

#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/routed.hpp"

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace ockam {

class context;

/// When to call a processor's `process` again.
enum class process_step : std::uint8_t {
  again, // soon
  wait,  // when a message arrives, or at `context::wake`
  done,  // never: the processor ends
};

namespace internal {

/// What the shell calls; made from a user's class or function.
class OCKAM_ACTORS_EXPORT worker_object {
public:
  virtual ~worker_object() = default;
  virtual result<void> initialize(context&) { return {}; }
  virtual result<void> handle(context&, routed_message&&) { return {}; }
  virtual result<void> shutdown(context&) { return {}; }

  [[nodiscard]] virtual bool has_initialize() const noexcept { return false; }
  [[nodiscard]] virtual bool is_processor() const noexcept { return false; }
  virtual result<process_step> process(context&) { return process_step::done; }
};

/// What a hook that returned `returned` has to report: a `result` of any type, or a bare `fail(...)`,
/// carries an error; everything else is ignored.
template <class T>
result<void> outcome_of(T&& returned) {
  if constexpr (std::is_convertible_v<T&&, result<void>>) {
    return std::forward<T>(returned);
  } else if constexpr (requires {
                         { returned.error() } -> std::convertible_to<const error&>;
                       }) {
    if (!returned)
      return fail(std::forward<T>(returned).error());
  }
  return {};
}

/// Calls a hook that returns anything or nothing.
template <class Hook>
result<void> outcome(Hook&& hook) {
  if constexpr (std::is_void_v<std::invoke_result_t<Hook>>)
    return hook(), result<void>{};
  else
    return outcome_of(hook());
}

template <class W>
concept initializes = requires(W& worker, context& ctx) {
  worker.initialize(ctx);
};
template <class W>
concept shuts_down = requires(W& worker, context& ctx) {
  worker.shutdown(ctx);
};
template <class P>
concept processes = requires(P& processor, context& ctx) {
  processor.process(ctx);
};
template <class W>
concept handles_messages = requires {
  &W::handle_message;
};
template <class W>
concept callable = requires {
  &W::operator();
};

/// The message parameter of a handler `(context&, routed<T>)`, taken by value or by any reference.
template <class Signature>
struct message_parameter;
template <class W, class R, class M>
struct message_parameter<R (W::*)(context&, M)> : std::type_identity<M> {};
template <class W, class R, class M>
struct message_parameter<R (W::*)(context&, M) const> : std::type_identity<M> {};
template <class R, class M>
struct message_parameter<R (*)(context&, M)> : std::type_identity<M> {};

template <class M>
inline constexpr bool is_message = std::is_base_of_v<routed_message, std::remove_cvref_t<M>>;

/// The function of a worker that takes its messages.
template <class W>
struct handler : std::type_identity<W> {};
template <handles_messages W>
struct handler<W> : std::type_identity<decltype(&W::handle_message)> {};
template <class W>
requires(callable<W> && !handles_messages<W>) struct handler<W>
  : std::type_identity<decltype(&W::operator())> {
};

template <class W>
concept takes_messages = requires {
  typename message_parameter<typename handler<W>::type>::type;
}
&&is_message<typename message_parameter<typename handler<W>::type>::type>;

/// The usual mistakes in a worker, each with a sentence.
template <class W>
constexpr void check_worker() {
  constexpr bool has_handler
    = handles_messages<W> || callable<W> || std::is_function_v<std::remove_pointer_t<W>>;
  static_assert(has_handler,
                "a worker has one handle_message, not overloaded and not a template, or "
                "is a function; check the spelling of handle_message");
  static_assert(!has_handler || takes_messages<W>,
                "the handler of a worker takes (ockam::context&, ockam::routed<T>), the message by "
                "value or by reference");
}

/// Whether the requester at the end of a return route takes error replies, as its address shows.
[[nodiscard]] OCKAM_ACTORS_EXPORT bool understands_errors(const route& return_route);

/// A message as its handler takes it. Unless the handler succeeds, the end of this gives the return
/// route back to `from` for an error reply; a handler that takes a reference may have moved it elsewhere.
template <class Parameter>
class handler_argument {
public:
  explicit handler_argument(routed_message& from)
    : from_{from},
      return_route_{by_value && understands_errors(from.return_route()) ? from.return_route()
                                                                        : route{}},
      message_{std::move(from)} {}
  handler_argument(const handler_argument&) = delete;
  handler_argument& operator=(const handler_argument&) = delete;
  ~handler_argument() {
    if (succeeded_)
      return;
    if constexpr (by_value)
      from_.local_message() = message{route{}, std::move(return_route_)};
    else
      from_ = static_cast<routed_message&&>(message_);
  }

  [[nodiscard]] decltype(auto) get() noexcept {
    if constexpr (std::is_lvalue_reference_v<Parameter>)
      return (message_);
    else
      return std::move(message_);
  }
  void set_succeeded() noexcept { succeeded_ = true; }

private:
  static constexpr bool by_value = !std::is_reference_v<Parameter>;

  routed_message& from_;
  route return_route_;
  std::remove_cvref_t<Parameter> message_;
  bool succeeded_ = false;
};

/// Calls `invoke` with the message that `Handler` asks for. When that fails, `content` has the return
/// route again, see `handler_argument`.
template <class Handler, class Invoke>
result<void> with_message(routed_message&& content, Invoke&& invoke) {
  handler_argument<typename message_parameter<Handler>::type> argument{content};
  auto done = outcome([&] { return invoke(argument.get()); });
  if (done)
    argument.set_succeeded();
  return done;
}

template <class W>
class object_hooks : public worker_object {
public:
  explicit object_hooks(W worker) : worker_{std::move(worker)} {}

  result<void> initialize(context& ctx) override {
    if constexpr (initializes<W>)
      return outcome([&] { return worker_.initialize(ctx); });
    else
      return {};
  }
  result<void> shutdown(context& ctx) override {
    if constexpr (shuts_down<W>)
      return outcome([&] { return worker_.shutdown(ctx); });
    else
      return {};
  }
  [[nodiscard]] bool has_initialize() const noexcept override { return initializes<W>; }

protected:
  W worker_;
};

/// A class with `handle_message(context&, routed<T>)`, or a function of that shape.
template <class W>
class message_worker final : public object_hooks<W> {
public:
  using object_hooks<W>::object_hooks;

  result<void> handle(context& ctx, routed_message&& content) override {
    if constexpr (handles_messages<W>)
      return with_message<decltype(&W::handle_message)>(
        std::move(content), [&](auto&& typed) -> decltype(auto) {
          return this->worker_.handle_message(ctx, std::forward<decltype(typed)>(typed));
        });
    else if constexpr (callable<W>)
      return with_message<decltype(&W::operator())>(
        std::move(content), [&](auto&& typed) -> decltype(auto) {
          return this->worker_(ctx, std::forward<decltype(typed)>(typed));
        });
    else // a plain function
      return with_message<W>(std::move(content), [&](auto&& typed) -> decltype(auto) {
        return this->worker_(ctx, std::forward<decltype(typed)>(typed));
      });
  }
};

/// A class with `process(context&)` that returns `process_step`, `bool` (true: again), or a result of one.
template <class P>
class processor final : public object_hooks<P> {
public:
  using object_hooks<P>::object_hooks;

  [[nodiscard]] bool is_processor() const noexcept override { return true; }

  result<process_step> process(context& ctx) override {
    using type = decltype(this->worker_.process(ctx));
    if constexpr (std::is_same_v<type, bool>)
      return this->worker_.process(ctx) ? process_step::again : process_step::done;
    else if constexpr (std::is_same_v<type, result<bool>>)
      return this->worker_.process(ctx).map(
        [](bool more) { return more ? process_step::again : process_step::done; });
    else
      return this->worker_.process(ctx);
  }
};

template <class W>
std::unique_ptr<worker_object> make_worker_object(W worker) {
  check_worker<W>();
  return std::make_unique<message_worker<W>>(std::move(worker));
}

template <class P>
std::unique_ptr<worker_object> make_processor_object(P worker) {
  static_assert(processes<P>,
                "a processor has process(ockam::context&), which returns process_step, "
                "bool, or a result of one of them");
  return std::make_unique<processor<P>>(std::move(worker));
}

} // namespace internal
} // namespace ockam
