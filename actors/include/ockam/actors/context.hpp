#pragma once

#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/detail/worker_object.hpp"
#include "ockam/actors/flow_controls.hpp"
#include "ockam/actors/response_promise.hpp"
#include "ockam/actors/routed.hpp"
#include "ockam/actors/worker_options.hpp"
#include "ockam/protocol/payload.hpp"
#include "ockam/protocol/text.hpp"
#include "ockam/protocol/time_span.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

namespace caf {
class actor_system;
}

namespace ockam {

class node_services;

class endpoint;
class multiaddr;

namespace internal {
/// The tracing context of a message, for those that it leads to.
using trace = std::shared_ptr<const std::string>;
class node_state;
class worker_record;
class worker_shell;
} // namespace internal

/// How often a request is attempted. After an attempt that got no reply in time, whose connection
/// ended, or for which there was no room (errc::timeout, errc::connection_closed,
/// errc::resource_exhausted), the requester pauses and tries again. Any other error ends the request at
/// once: errc::remote is an answer, and a denied or unknown address stays so.
///
/// The worker may receive the request several times, each time with the same reply address
/// (`request_id`). The first reply to any attempt ends the request.
struct retry_policy {
  unsigned attempts = 1;                // in all
  std::chrono::milliseconds first{100}; // the first pause; each one is twice as long as the last
  std::chrono::milliseconds longest{5'000}; // but not longer than this
};

/// How long to wait for a reply, and which messages are admitted meanwhile.
struct request_options {
  std::optional<time_span> timeout = std::chrono::seconds{30}; // of an attempt
  access_control_ptr incoming = allow_all(); // asked in addition to the built-in control
  access_control_ptr outgoing = allow_all(); // asked in addition to "first hop of the route only"
  retry_policy retry{};
};

/// A message that is sent once, after a delay.
///
/// Owns an address of its own, which admits nothing; the destination is the only place it may send
/// to. Destruction cancels. Thread-safe.
class OCKAM_ACTORS_EXPORT delayed_event {
public:
  delayed_event() = default;
  delayed_event(delayed_event&&) noexcept;
  delayed_event& operator=(delayed_event&&) noexcept;
  ~delayed_event();

  /// Sends the message after `delay`; an outstanding one is cancelled first.
  void schedule(time_span delay);
  void cancel();

private:
  friend class sender;
  struct state;
  explicit delayed_event(std::shared_ptr<state> own);
  std::shared_ptr<state> state_;
};

/// The common part of worker contexts and endpoints: their own addresses, and the calls that send
/// from them. Errors are results, never exceptions; nothing blocks except `resolve_transport_route`.
/// Thread-safe in an endpoint; in a context as the context is.
class OCKAM_ACTORS_EXPORT sender {
public:
  /// The first of the addresses. Not after a move.
  [[nodiscard]] const address& primary_address() const noexcept;
  [[nodiscard]] std::vector<address> addresses() const;

  // -- sending ------------------------------------------------------------------------------------

  /// Sends `body` along `to` from the primary address.
  ///
  /// Success means queued, or dropped by access control. Errors, in this order:
  /// - errc::empty_route         `to` has no address
  /// - errc::not_found           nothing is registered at the first address of `to`
  /// - errc::unresolved_address  the first address is a transport address
  /// - errc::not_encodable       `body` cannot be encoded, e.g. text that is not UTF-8
  /// - errc::node_stopped        the node has stopped
  /// - errc::resource_exhausted  the connection at the first address has too much to write
  /// - errc::message_too_large   the message exceeds the frame limit of that connection
  template <class T>
  [[nodiscard]] result<void> send(route to, const T& body) {
    return send_payload(0, std::move(to), internal::encode_body(body), {});
  }

  /// As `send`, from one of the own addresses; errc::not_own_address for another one.
  template <class T>
  [[nodiscard]] result<void> send_from_address(route to, const T& body, const address& from) {
    auto index = own_index(from);
    if (!index)
      return fail(std::move(index.error()));
    return send_payload(*index, std::move(to), internal::encode_body(body), {});
  }

  /// As `send`, with local info, which never leaves the node.
  template <class T>
  [[nodiscard]] result<void> send_with_local_info(route to, const T& body,
                                                  std::vector<local_info> info) {
    return send_payload(0, std::move(to), internal::encode_body(body), std::move(info));
  }

  /// As `send`, to one of the own addresses; errc::internal for another one.
  template <class T>
  [[nodiscard]] result<void> send_to_self(const address& from, const address& to, const T& body) {
    if (!own_index(to))
      return fail(errc::internal,
                  escaped(to_string(to)) + " is not an address of this worker; use send");
    return send_from_address(route{to}, body, from);
  }

  // -- answering ----------------------------------------------------------------------------------

  /// Sends `body` along the return route of `request`. The credit of the request's connection covers
  /// the answer, so a slow receiver never causes a refusal. In a worker, plain `send` does the same
  /// while the handler runs; CAF actors written by hand and threads that keep a message use this.
  template <class T>
  [[nodiscard]] result<void> reply(const routed_message& request, const T& body) {
    return reply_payload(request, internal::encode_body(body));
  }

  /// Ends the request with an error: the requester gets errc::remote with this code and this text.
  /// Sends nothing to other requesters: nodes of other implementations, and plain senders. A failed
  /// handler does the same, without the text unless `node_options::error_details` is set.
  [[nodiscard]] result<void> reply_error(const routed_message& request, const error& why);

  /// A promise to answer `request` later, from any thread.
  [[nodiscard]] response_promise make_response_promise(const routed_message& request);

  /// Sends a message with its routes, payload and local info unchanged. The caller removes its own
  /// address first, or the message returns to it (`routed_message::step_forward`).
  [[nodiscard]] result<void> forward(message content);

  /// As `forward`, from one of the own addresses; errc::not_own_address for another one.
  [[nodiscard]] result<void> forward_from_address(message content, const address& from);

  /// For `forward(std::move(message).step_forward(...))`: an error is returned as it is.
  [[nodiscard]] result<void> forward(result<message> content);

  /// A message to be sent later, from an address of its own.
  template <class T>
  [[nodiscard]] result<delayed_event> make_delayed_event(route to, const T& body) {
    return make_delayed(std::move(to), internal::encode_body(body));
  }

  // -- the node -----------------------------------------------------------------------------------

  /// Starts a worker: a class with state, or a function. It is reachable from every thread when the
  /// call returns; its `initialize` may not have run yet.
  /// - errc::already_exists  one of the addresses is accepted; nothing is registered
  /// - errc::shutting_down   the node is stopping
  /// - errc::missing_address no address was given
  /// - errc::node_stopped    the node has stopped
  template <class Worker>
  [[nodiscard]] result<address> start_worker(mailboxes at, Worker what,
                                             worker_options options = {}) {
    return start(std::move(at), internal::make_worker_object(std::move(what)), options);
  }

  /// Starts a processor: a class with `process(context&)`. Its mailboxes admit nothing unless they
  /// have access controls of their own. Errors are those of `start_worker`.
  template <class Processor>
  [[nodiscard]] result<address> start_processor(mailboxes at, Processor processor,
                                                worker_options options = {}) {
    return start_closed(std::move(at), internal::make_processor_object(std::move(processor)),
                        options);
  }

  /// Initiates the stop of the worker with this address, primary or alias: from now on the
  /// address is unknown, queued messages are still handled, then `shutdown` runs.
  /// errc::not_found when nothing is registered there.
  [[nodiscard]] result<void> stop_worker(const address& any);

  /// A mailbox without an actor, for a plain thread. Without `at`: at a random address that admits
  /// nothing in either direction. Errors are those of `start_worker`.
  [[nodiscard]] result<endpoint> make_endpoint(mailboxes at);
  [[nodiscard]] result<endpoint> make_endpoint();

  /// Whether a worker, an endpoint or a connection has this primary address; an alias is not one.
  [[nodiscard]] bool is_registered(const address& primary) const;

  /// The primary addresses of all workers, endpoints and connections of the node, in no order.
  [[nodiscard]] std::vector<address> list_workers() const;

  /// The options of the mailbox at an address, primary or alias; nullopt when it is not registered,
  /// or is neither terminal nor has attributes.
  [[nodiscard]] std::optional<address_metadata> metadata(const address& any) const;

  /// The first address of `along` that leaves the node; nullopt if none does; errc::invalid_value
  /// when the route contains an address that is not local.
  [[nodiscard]] result<std::optional<address>> find_terminal_address(const route& along) const;

  /// Replaces the transport address in a route by a connection made for it. Blocks while
  /// connecting; the caller closes it. In a worker, an observer or a callback it is errc::misuse.
  [[nodiscard]] result<route> resolve_transport_route(const route& along);
  [[nodiscard]] result<route> resolve_transport_route(const multiaddr& along);

  /// The flow controls of the node; live as long as the node.
  [[nodiscard]] ockam::flow_controls& flow_controls() const noexcept;
  /// The same registry for access controls that keep it: `local_only`, `allow_consumers_of`.
  [[nodiscard]] std::shared_ptr<ockam::flow_controls> shared_flow_controls() const noexcept;
  [[nodiscard]] caf::actor_system& system() const noexcept;

  /// Wakes `node::wait_for_stop_request`, whose thread then stops the node; returns at once. From any
  /// thread.
  void request_stop();

  /// What transports of the node use (ockam/actors/transport/node_services.hpp).
  [[nodiscard]] std::shared_ptr<node_services> services() const;

  [[nodiscard]] const std::shared_ptr<internal::node_state>& state() const noexcept {
    return node_;
  }

protected:
  sender(std::shared_ptr<internal::node_state> node, ref_ptr<internal::worker_record> record);
  sender(const sender&);
  sender(sender&&) noexcept;
  sender& operator=(const sender&);
  sender& operator=(sender&&) noexcept;
  ~sender();

  [[nodiscard]] result<std::uint16_t> own_index(const address& own) const;
  [[nodiscard]] result<void> send_payload(std::uint16_t from, route to,
                                          result<shared_bytes> payload,
                                          std::vector<local_info> info);
  [[nodiscard]] result<message> make_message(std::uint16_t from, route to,
                                             result<shared_bytes> payload,
                                             std::vector<local_info> info);
  [[nodiscard]] result<void> pass_on(std::uint16_t from, message content);
  [[nodiscard]] result<void> reply_payload(const routed_message& request,
                                           result<shared_bytes> payload);
  [[nodiscard]] result<delayed_event> make_delayed(route to, result<shared_bytes> payload);
  [[nodiscard]] result<address> start(mailboxes at, std::unique_ptr<internal::worker_object> worker,
                                      worker_options options);
  [[nodiscard]] result<address> start_closed(mailboxes at,
                                             std::unique_ptr<internal::worker_object> worker,
                                             worker_options options);

  std::shared_ptr<internal::node_state> node_;
  ref_ptr<internal::worker_record> record_;
  internal::worker_shell* shell_ = nullptr; // the actor around the worker, for worker contexts
  internal::trace tracing_;                 // of the message being handled
};

/// The worker's view of its node: its addresses, and the calls of `sender`. Errors are results.
///
/// Valid inside the hooks of the worker that owns it; not thread-safe.
class OCKAM_ACTORS_EXPORT context : public sender {
public:
  /// Sends `body` and calls `on_reply` in this worker with the first message that comes back, or
  /// with an error; returns at once.
  ///
  /// `on_reply` takes `result<Reply>`, or `result<routed<Reply>>` to see the reply's return route.
  /// Errors: those of `send`, at once and by return value, unless `options.retry` leads to another
  /// attempt; errc::timeout, errc::cancelled (the worker ends first) or a decoding error through
  /// `on_reply`.
  template <class Reply, class Body, class OnReply>
  [[nodiscard]] result<void> send_and_receive(route to, const Body& body, OnReply on_reply,
                                              request_options options = {}) {
    return request(
      std::move(to), internal::encode_body(body),
      [on_reply = std::move(on_reply)](result<routed_message> reply) mutable {
        if constexpr (std::is_invocable_v<OnReply&, result<routed<Reply>>>) {
          if (reply)
            on_reply(result<routed<Reply>>{routed<Reply>{std::move(*reply)}});
          else
            on_reply(result<routed<Reply>>{tl::unexpect, std::move(reply.error())});
        } else {
          on_reply(reply.and_then(
            [](routed_message& message) { return routed<Reply>{std::move(message)}.try_body(); }));
        }
      },
      std::move(options));
  }

  /// Stops this worker after the messages it already has.
  void stop();

  /// Calls a function in this worker, from any thread; discards it once the worker has ended. For
  /// completions that are not messages, such as those of `async_connect`.
  using dispatcher = std::function<void(std::function<void(context&)>)>;
  [[nodiscard]] dispatcher make_dispatcher();

  /// Holds messages back after `initialize`, until `ready` or `fail` is called. A worker that is
  /// stopped before that ends as after `fail`: queued messages are lost, and counted.
  void defer_ready();
  void ready();
  void fail(error why);

  /// Calls `then` in this worker, once, when the output of a connection has room; soon when it has
  /// room already or the connection does not exist. For workers that send unasked: `send` to a full
  /// output fails with errc::resource_exhausted at once.
  /// @param connection  its sender address, the first address of routes through it
  void when_writable(const address& connection, std::function<void(context&)> then);

  /// For processors: the oldest admitted message in the mailbox, if any.
  template <class T>
  std::optional<routed<T>> try_receive() {
    auto next = take_waiting();
    if (!next)
      return std::nullopt;
    return routed<T>{std::move(*next)};
  }

  /// For processors whose `process` returned `process_step::wait`: call `process` again. From other threads
  /// through a dispatcher.
  void wake();

private:
  friend class internal::worker_shell;
  context(std::shared_ptr<internal::node_state> node, ref_ptr<internal::worker_record> record,
          internal::worker_shell* shell);

  using continuation = std::function<void(result<routed_message>)>;
  [[nodiscard]] result<void> request(route to, result<shared_bytes> payload, continuation on_reply,
                                     request_options options);
  std::optional<routed_message> take_waiting();
};

} // namespace ockam
