#pragma once

// CAF actors that answer requests, and routes: either can stand for the other.
//
//     expose_service<std::string, std::string>(node, "uppercase", actor);       an actor at an address
//     expose_service<calculator>(node, "calculator", actor);             all handlers of an interface
//     auto far = service_at<std::string, std::string>(node, {connection, "uppercase"});
//     self->request(far, caf::infinite, "hello").then(...);                     a route as an actor

#include "ockam/actors/caf.hpp"
#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/node.hpp"
#include "ockam/actors/routed.hpp"

#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

namespace ockam {

/// A CAF actor that answers each `Request` with one `Response` or an error. Both are types that CAF
/// can carry, and that `encode_payload` and `decode_payload` know.
template <class Request, class Response>
using service = compat::typed_actor<caf::result<Response>(Request)>;

/// Limits of a service at its node.
struct service_options {
  std::chrono::milliseconds timeout{30'000}; ///< for the actor's answer; then the request ends
  std::size_t max_outstanding = 1'024;       ///< requests that wait for it; more are refused
  worker_options worker{};
};

namespace internal {

/// What becomes of the actor's answer to a request.
class answer_sink {
public:
  virtual void answer(std::uint64_t request, result<shared_bytes> body) = 0;
  virtual void refuse(std::uint64_t request, const caf::error& why) = 0;

protected:
  ~answer_sink() = default;
};

/// How the bodies of a service become messages for its actor, and its answers bodies. What is around
/// it is the same for all types.
struct service_codec {
  struct request {
    caf::message content;
    std::size_t handler = 0; // of the interface
  };
  result<request> (*read)(const shared_bytes& body);
  caf::behavior (*handle_answer)(std::size_t handler, answer_sink& to, std::uint64_t request);
};

template <class Arguments, class Results>
struct service_handler {
  static_assert(
    !sizeof(Arguments),
    "a handler of a service has exactly one argument, the body of the request, and exactly "
    "one result, the body of the answer");
  using request = no_body;
  using response = no_body;
};

template <class Request, class Response>
struct service_handler<compat::types<Request>, compat::types<Response>> {
  static_assert(payload_readable<Request>,
                "the argument of a handler of a service has no payload codec; see "
                "docs/write_a_payload_type.md");
  static_assert(payload_writable<Response>,
                "the result of a handler of a service has no payload codec; see "
                "docs/write_a_payload_type.md");
  using request = std::conditional_t<payload_readable<Request>, Request, no_body>;
  using response = std::conditional_t<payload_writable<Response>, Response, no_body>;
};

/// The body of a request to handlers with these arguments.
template <class... Requests>
struct service_request {
  using body = std::variant<Requests...>;
  static service_codec::request to_message(body&& from) {
    const auto handler = from.index();
    return {std::visit([](auto& each) { return caf::make_message(std::move(each)); }, from),
            handler};
  }
};
template <class Request>
struct service_request<Request> {
  using body = Request;
  static service_codec::request to_message(body&& from) {
    return {caf::make_message(std::move(from))};
  }
};

template <class Request>
result<service_codec::request> read_request(const shared_bytes& body) {
  return decode_payload<typename Request::body>(body).map(
    [](typename Request::body&& from) { return Request::to_message(std::move(from)); });
}

template <class Response>
caf::behavior handle_answer_of(answer_sink& to, std::uint64_t request) {
  return {
    [&to, request](const Response& body) { to.answer(request, encode_payload(body)); },
    [&to, request](const caf::error& why) { to.refuse(request, why); },
  };
}

template <class... Responses>
caf::behavior handle_answer(std::size_t handler, answer_sink& to, std::uint64_t request) {
  using maker = caf::behavior (*)(answer_sink&, std::uint64_t);
  static constexpr maker makers[] = {&handle_answer_of<Responses>...};
  return makers[handler](to, request);
}

template <class Handlers>
struct service_codec_of;
template <class... Arguments, class... Results>
struct service_codec_of<compat::types<compat::handler<Arguments, Results>...>> {
  using request = service_request<typename service_handler<Arguments, Results>::request...>;
  static constexpr service_codec value{
    &read_request<request>,
    &handle_answer<typename service_handler<Arguments, Results>::response...>};
};

OCKAM_ACTORS_EXPORT address expose_actor(node& on, mailboxes at, caf::strong_actor_ptr service,
                                         const service_codec& codec,
                                         const service_options& options);

} // namespace internal

/// Makes a request/response actor reachable: an actor of the host, or a handle to one on another CAF
/// node. The node removes its address in the end and lets the actor live. When the actor ends, its
/// address is free, and outstanding requests get an error.
///
/// The requester gets the answer along the return route of its request. An answer is never refused
/// because it is read slowly: while the output of a connection is full, its further requests wait.
///
/// Each of these ends the request with errc::remote and this cause, where the requester understands it
/// (`sender::reply_error`), is logged, and is counted as failed:
/// - errc::invalid_value       the body is no `Request`
/// - errc::handler_failed      the actor answers with an error
/// - errc::timeout             it does not answer within `options.timeout`
/// - errc::cancelled           it ends, or the service is stopped
/// - errc::resource_exhausted  `options.max_outstanding` requests wait for it
/// A request whose requester has given up is not passed to the actor, and counted as expired.
/// @param actor  a handle of any kind, typed or not, that handles `Request`
/// Throws `failure` as `node::start_actor` does.
template <class Request, class Response, class Handle>
address expose_service(node& on, mailboxes at, const Handle& actor, service_options options = {}) {
  using handler = compat::handler<compat::types<Request>, compat::types<Response>>;
  return internal::expose_actor(on, std::move(at), caf::actor_cast<caf::strong_actor_ptr>(actor),
                                internal::service_codec_of<compat::types<handler>>::value, options);
}

/// The body of a request to a typed interface: the argument of its one handler, or of several handlers
/// a `std::variant` of their arguments, in the order of the interface.
template <class Interface>
using service_body =
  typename internal::service_codec_of<compat::handlers_of<Interface>>::request::body;

/// The same for all handlers of a `caf::typed_actor` at one address: a request has the body
/// `service_body<Interface>`, its answer is the plain result of the handler.
///
///     using calculator = caf::typed_actor<...>;
///     expose_service<calculator>(node, "calculator", actor);
///
/// Each handler has exactly one argument and one result, which have payload codecs.
template <class Interface, class Handle>
requires compat::is_typed_actor<Interface> address expose_service(node& on, mailboxes at,
                                                                  const Handle& actor,
                                                                  service_options options = {}) {
  static_assert(
    std::is_same_v<Handle, caf::actor> || std::is_convertible_v<const Handle&, Interface>,
    "the actor has not all handlers of the interface that it is exposed with");
  return internal::expose_actor(on, std::move(at), caf::actor_cast<caf::strong_actor_ptr>(actor),
                                internal::service_codec_of<compat::handlers_of<Interface>>::value,
                                options);
}

namespace internal {

/// Sends the requests of an actor along a route; the same for all types.
class OCKAM_ACTORS_EXPORT route_port {
public:
  using on_reply = std::function<void(result<routed_message>)>;

  route_port(actor_sender own, route to, request_options options);
  ~route_port();
  route_port(const route_port&) = delete;
  route_port& operator=(const route_port&) = delete;

  /// `reply` is called once, in `self`: at once when the request cannot be sent.
  void ask(caf::local_actor* self, result<shared_bytes> body, const on_reply& reply);

  void on_message(routed_message& content);
  void on_signal(worker_signal signal);

  /// Ends outstanding requests with an error.
  void close();

private:
  struct state;
  std::unique_ptr<state> state_;
};

template <class Request, class Response>
using route_actor_interface
  = compat::typed_actor<caf::result<void>(routed_message), caf::result<void>(worker_signal),
                        caf::result<Response>(Request)>;

/// An actor that stands for the worker at the end of a route.
template <class Request, class Response>
class route_actor final : public route_actor_interface<Request, Response>::base {
  using base = typename route_actor_interface<Request, Response>::base;

public:
  route_actor(caf::actor_config& config, actor_sender own, route to, request_options options)
    : base{config}, port_{std::move(own), std::move(to), std::move(options)} {}

  typename base::behavior_type make_behavior() override {
    return {
      [this](routed_message& content) { port_.on_message(content); },
      [this](worker_signal signal) { port_.on_signal(signal); },
      [this](const Request& request) -> caf::result<Response> {
        auto promise
          = this->template make_response_promise<caf::typed_response_promise<Response>>();
        port_.ask(this, encode_payload(request), [promise](result<routed_message> reply) mutable {
          auto body = reply.and_then([](routed_message& content) {
            return routed<Response>{std::move(content)}.try_body();
          });
          if (body)
            promise.deliver(std::move(*body));
          else
            promise.deliver(to_caf_error(body.error()));
        });
        return promise;
      },
    };
  }
  const char* name() const override { return "ockam.route_actor"; }
  void on_exit() override { port_.close(); }

private:
  route_port port_;
};

} // namespace internal

/// A CAF actor that stands for the worker at the end of `to`: it encodes each `Request`, sends it
/// along the route from a temporary address, and answers with the decoded reply, or with an error
/// (`to_caf_error`): those of a send, time-out, a body that is no `Response`.
///
/// Requests do not wait for one another. The actor ends with the node, and what waits then gets an
/// error; `caf::anon_send_exit` ends it earlier.
template <class Request, class Response>
service<Request, Response> service_at(node& on, route to, request_options options = {}) {
  using actor = internal::route_actor<Request, Response>;
  caf::strong_actor_ptr made;
  on.start_actor(mailboxes{mailbox_options{
                   .address = address::random(), .incoming = deny_all(), .outgoing = deny_all()}},
                 [&](actor_sender own) -> worker_actor {
                   made = caf::actor_cast<caf::strong_actor_ptr>(
                     on.system().spawn<actor, caf::lazy_init>(std::move(own), std::move(to),
                                                              std::move(options)));
                   return caf::actor_cast<worker_actor>(made);
                 });
  return caf::actor_cast<service<Request, Response>>(made);
}

} // namespace ockam
