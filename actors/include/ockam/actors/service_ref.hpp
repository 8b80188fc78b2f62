#pragma once

#include "ockam/actors/context.hpp"
#include "ockam/actors/node.hpp"

#include <type_traits>
#include <utility>

namespace ockam {

/// Where requests of one type are answered with replies of one type: a route with types. For any
/// worker or service at its end; nothing of CAF is needed.
///
///     const ockam::service_ref<std::string, std::string> uppercase{node, {connection, "uppercase"}};
///     const ockam::result<std::string> shouted = uppercase.ask("hello");
///
/// The types are checked with each message: a reply of another type is a decoding error. Copies are
/// cheap; thread-safe; the node has to live longer.
template <class Request, class Reply>
class service_ref {
  static_assert(payload_writable<Request>, "the request of a service_ref has no payload codec; see "
                                           "docs/write_a_payload_type.md");
  static_assert(payload_readable<Reply>, "the reply of a service_ref has no payload codec; see "
                                         "docs/write_a_payload_type.md");

public:
  using request_type = Request;
  using reply_type = Reply;

  service_ref(node& at, ockam::route to, request_options options = {})
    : node_{&at}, to_{std::move(to)}, options_{std::move(options)} {}

  /// For workers of the node: returns at once, and `then` is called in the worker with a
  /// `result<Reply>`. Errors are those of `context::send_and_receive`.
  template <class Then>
  [[nodiscard]] result<void> ask(context& from, const Request& request, Then then) const {
    static_assert(std::is_invocable_v<Then&, result<Reply>>, "`then` takes the result<Reply>");
    return from.send_and_receive<Reply>(to_, request, std::move(then), options_);
  }

  /// For threads: waits for the reply. errc::misuse in a worker, an observer or a callback.
  [[nodiscard]] result<Reply> ask(const Request& request) const {
    return node_->root().send_and_receive<Reply>(to_, request, options_);
  }

  [[nodiscard]] const ockam::route& route() const noexcept { return to_; }
  [[nodiscard]] const request_options& options() const noexcept { return options_; }

private:
  node* node_;
  ockam::route to_;
  request_options options_;
};

} // namespace ockam
