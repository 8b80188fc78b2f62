#pragma once

// CAF actors that answer requests, and routes: either can stand for the other.
//
//     expose_service<std::string, std::string>(node, "uppercase", actor);       an actor at an address
//     auto far = service_at<std::string, std::string>(node, {connection, "uppercase"});
//     self->request(far, caf::infinite, "hello").then(...);                     a route as an actor

#include "ockam/actors/caf_error.hpp"
#include "ockam/actors/export.hpp"
#include "ockam/actors/node.hpp"
#include "ockam/actors/routed.hpp"

#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

namespace ockam {

/// A CAF actor that answers each `Request` with one `Response` or an error. Both are types that CAF
/// can carry, and that `encode_payload` and `decode_payload` know.
template <class Request, class Response>
using service = compat::typed_actor<caf::result<Response>(Request)>;

/// What a service may cost the node it is exposed by.
struct service_options {
  std::chrono::milliseconds timeout{
    30'000};                           ///< for the actor's answer; then the request is dropped
  std::size_t max_outstanding = 1'024; ///< requests that wait for it; more are dropped
  worker_options worker{};
};

namespace internal {

/// What a bridge does with every request; the same for all types.
class OCKAM_ACTORS_EXPORT service_port {
public:
  service_port(actor_sender own, service_options options);
  ~service_port();
  service_port(const service_port&) = delete;
  service_port& operator=(const service_port&) = delete;

  /// Sends `content` to `service` as a request of `self`. `behavior` makes what handles the answer
  /// from a function to call first.
  void ask(caf::scheduled_actor* self, caf::abstract_actor* service, caf::message content,
           const std::function<caf::behavior(std::function<void()>)>& on_answer);

  /// A request that has no reply; counted as failed and logged.
  void refuse(const error& why);

  actor_sender& own() noexcept { return own_; }

private:
  struct state;
  actor_sender own_;
  const service_options options_;
  std::shared_ptr<state> state_;
};

/// Decodes the body, asks the service, encodes the answer and sends it along the return route.
template <class Request, class Response>
class service_bridge final : public worker::base {
public:
  service_bridge(caf::actor_config& config, actor_sender own, caf::strong_actor_ptr service,
                 service_options options)
    : worker::base{config}, port_{std::move(own), options}, service_{std::move(service)} {}

  typename worker::base::behavior_type make_behavior() override {
    return {[this](routed_message& content) { on_request(routed<Request>{std::move(content)}); }};
  }
  const char* name() const override { return "ockam.service_bridge"; }
  void on_exit() override { service_ = nullptr; }

private:
  void on_request(const routed<Request>& request) {
    auto body = request.try_body();
    if (!body)
      return port_.refuse(body.error());
    port_.ask(this, caf::actor_cast<caf::abstract_actor*>(service_),
              caf::make_message(std::move(*body)),
              [this, back = request.return_route()](std::function<void()> ended) {
                return caf::behavior{
                  [this, back, ended](const Response& answer) {
                    ended();
                    if (auto sent = port_.own().send(back, answer); !sent)
                      port_.refuse(sent.error());
                  },
                  [this, ended](const caf::error& why) {
                    ended();
                    port_.refuse(from_caf_error(this->system(), why));
                  },
                };
              });
  }

  service_port port_;
  caf::strong_actor_ptr service_;
};

} // namespace internal

/// Makes a request/response actor reachable: an actor of the host, or a handle to one on another CAF
/// node. The node removes its address in the end and lets the actor live.
///
/// The sender gets the answer along the return route of its request. It gets nothing, and its own
/// time-out tells, when the body is no `Request`, the actor answers with an error or not within
/// `options.timeout`, or too many requests wait; each is logged and counted as failed (DEC-7).
/// @param actor  a handle of any kind, typed or not, that handles `Request`
/// Throws `failure` as `node::start_actor` does.
template <class Request, class Response, class Handle>
address expose_service(node& on, mailboxes at, const Handle& actor, service_options options = {}) {
  auto service = caf::actor_cast<caf::strong_actor_ptr>(actor);
  if (!service)
    throw failure{error{errc::misuse, "the handle of the service is null; spawn the actor first"}};
  return on.start_actor(
    std::move(at),
    [&](actor_sender own) -> worker {
      using bridge = internal::service_bridge<Request, Response>;
      return caf::actor_cast<worker>(
        on.system().spawn<bridge, caf::lazy_init>(std::move(own), std::move(service), options));
    },
    options.worker);
}

namespace internal {

/// What an actor needs that sends requests along a route; the same for all types.
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

  /// All that wait get an error.
  void close();

private:
  struct state;
  std::unique_ptr<state> state_;
};

template <class Request, class Response>
using route_actor_interface
  = compat::typed_actor<caf::result<void>(routed_message), caf::result<void>(worker_signal),
                        caf::result<Response>(Request)>;

/// An actor that stands for whoever is at the end of a route.
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
                 [&](actor_sender own) -> worker {
                   made = caf::actor_cast<caf::strong_actor_ptr>(
                     on.system().spawn<actor, caf::lazy_init>(std::move(own), std::move(to),
                                                              std::move(options)));
                   return caf::actor_cast<worker>(made);
                 });
  return caf::actor_cast<service<Request, Response>>(made);
}

} // namespace ockam
