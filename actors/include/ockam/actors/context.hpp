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
/// errc::resource_exhausted), there is a pause, then the next one. Any other error ends the request at
/// once: an answer is an answer, also errc::remote, and what is denied or unknown stays so.
///
/// The worker may get the request several times, each time from the same reply address
/// (`request_id`). The first reply ends the request, whichever attempt it is for.
struct retry_policy {
  unsigned attempts = 1;                // in all
  std::chrono::milliseconds first{100}; // the first pause; each one is twice as long as the last
  std::chrono::milliseconds longest{5'000}; // but not longer than this
};

/// How long to wait for a reply, and what may come and go while waiting (SRQ-3, SRQ-8).
struct request_options {
  std::optional<time_span> timeout = std::chrono::seconds{30}; // of an attempt
  access_control_ptr incoming = allow_all(); // asked in addition to the built-in control
  access_control_ptr outgoing = allow_all(); // asked in addition to "first hop of the route only"
  retry_policy retry{};
};

/// A message that is sent once, some time later (DLY-1).
///
/// Owns an address of its own, which admits nothing; the destination is the only place it may send
/// to. Destruction cancels. Thread-safe.
class OCKAM_ACTORS_EXPORT delayed_event {
public:
  delayed_event() = default;
  delayed_event(delayed_event&&) noexcept;
  delayed_event& operator=(delayed_event&&) noexcept;
  ~delayed_event();

  /// Sends the message after `delay`; an outstanding one is cancelled first (DLY-2).
  void schedule(time_span delay);
  void cancel();

private:
  friend class sender;
  struct state;
  explicit delayed_event(std::shared_ptr<state> own);
  std::shared_ptr<state> state_;
};

/// What worker contexts and endpoints have in common: addresses of their own, and everything that
/// can be done from them. Nothing here waits.
class OCKAM_ACTORS_EXPORT sender {
public:
  [[nodiscard]] const address& primary_address() const noexcept; // CTX-5
  [[nodiscard]] std::vector<address> addresses() const;

  // -- sending ------------------------------------------------------------------------------------

  /// Sends `body` along `to` from the primary address.
  ///
  /// Success means queued, or dropped by access control (SND-2). Errors, in this order (SND-1):
  /// - errc::empty_route         `to` has no address
  /// - errc::not_found           nothing is registered at the first address of `to`
  /// - errc::unresolved_address  the first address is a transport address
  /// - errc::not_encodable       `body` cannot be encoded, e.g. text that is not UTF-8
  /// - errc::node_stopped        the node has stopped
  /// - errc::resource_exhausted  the connection at the first address has too much to write
  /// - errc::message_too_large   the message exceeds the frame limit of that connection
  template <class T>
  [[nodiscard]] result<void> send(route to, const T& body) {
    return send_payload(0, std::move(to), encode_payload(body), {});
  }

  /// As `send`, from one of the own addresses (SND-4); errc::not_own_address for another one.
  template <class T>
  [[nodiscard]] result<void> send_from_address(route to, const T& body, const address& from) {
    auto index = own_index(from);
    if (!index)
      return fail(std::move(index.error()));
    return send_payload(*index, std::move(to), encode_payload(body), {});
  }

  /// As `send`, with notes that stay inside the node (LMS-9).
  template <class T>
  [[nodiscard]] result<void> send_with_local_info(route to, const T& body,
                                                  std::vector<local_info> info) {
    return send_payload(0, std::move(to), encode_payload(body), std::move(info));
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

  /// Sends `body` along the return route of `request`, and lets the connection that the request came
  /// through pay for it: such an answer is never refused because its receiver reads slowly. In a
  /// worker, plain `send` does the same while it handles the request; CAF actors written by hand and
  /// threads that keep a message use this.
  template <class T>
  [[nodiscard]] result<void> reply(const routed_message& request, const T& body) {
    return reply_payload(request, encode_payload(body));
  }

  /// Tells the requester that there is no answer, and why: its request ends with errc::remote, this
  /// code and this text. Nothing is sent to requesters that do not understand it: nodes of other
  /// implementations, and plain senders. A handler that fails does the same, without the text unless
  /// `node_options::error_details` is set.
  [[nodiscard]] result<void> reply_error(const routed_message& request, const error& why);

  /// A promise to answer `request` later, from any thread.
  [[nodiscard]] response_promise make_response_promise(const routed_message& request);

  /// Passes a message on with both routes, payload and notes as they are (FWD-1). Take the own
  /// address off first, or it comes back (FWD-2).
  [[nodiscard]] result<void> forward(message content);
  [[nodiscard]] result<void> forward_from_address(message content, const address& from); // FWD-3

  /// `forward(std::move(message).step_forward(...))` without unpacking the result by hand.
  [[nodiscard]] result<void> forward(result<message> content);

  /// A message to be sent later, from an address of its own.
  template <class T>
  [[nodiscard]] result<delayed_event> make_delayed_event(route to, const T& body) {
    return make_delayed(std::move(to), encode_payload(body));
  }

  // -- the node -----------------------------------------------------------------------------------

  /// Starts a worker: a class with state, or a function. It is reachable from every thread when the
  /// call returns; its `initialize` may not have run yet (WRK-1).
  /// - errc::already_exists   one of the addresses is taken; nothing is registered
  /// - errc::shutting_down    the node is stopping
  /// - errc::missing_address  no address was given
  /// - errc::node_stopped     the node has stopped
  template <class Worker>
  [[nodiscard]] result<address> start_worker(mailboxes at, Worker what,
                                             worker_options options = {}) {
    return start(std::move(at), internal::make_worker_object(std::move(what)), options);
  }

  /// Starts a processor: a class with `process`. Its mailboxes admit nothing unless they are given
  /// with controls of their own (ACD-4).
  template <class Processor>
  [[nodiscard]] result<address> start_processor(mailboxes at, Processor processor,
                                                worker_options options = {}) {
    return start_closed(std::move(at), internal::make_processor_object(std::move(processor)),
                        options);
  }

  /// Initiates the stop of the worker with this address, primary or alias (ROU-10): from now on the
  /// address is unknown, queued messages are still handled, then `shutdown` runs (WRK-7).
  /// errc::not_found when nothing is registered there.
  [[nodiscard]] result<void> stop_worker(const address& any);

  /// A mailbox without an actor, for a plain thread (CTX-2). Without an address: at a random one
  /// that admits nothing in either direction (CTX-4).
  [[nodiscard]] result<endpoint> detached(mailboxes at);
  [[nodiscard]] result<endpoint> detached();

  [[nodiscard]] bool is_registered(const address& primary) const;                   // ROU-9
  [[nodiscard]] std::vector<address> list_workers() const;                          // ROU-9
  [[nodiscard]] std::optional<address_metadata> metadata(const address& any) const; // ROU-13

  /// The first address of `along` that leaves the node; nullopt if none does; errc::invalid_value
  /// when the route contains an address that is not local (ROU-13).
  [[nodiscard]] result<std::optional<address>> find_terminal_address(const route& along) const;

  /// Replaces the transport address in a route by a connection made for it (TCP-30). Blocks while
  /// connecting; the caller disconnects it. In a worker, an observer or a callback it is errc::misuse.
  [[nodiscard]] result<route> resolve_transport_route(const route& along);
  [[nodiscard]] result<route> resolve_transport_route(const multiaddr& along); // its route (MAD-7)

  [[nodiscard]] ockam::flow_controls& flow_controls() const noexcept;
  /// The same registry for access controls that keep it: `local_only`, `allow_consumers_of`.
  [[nodiscard]] std::shared_ptr<ockam::flow_controls> shared_flow_controls() const noexcept;
  [[nodiscard]] caf::actor_system& system() const noexcept;

  /// Asks the node to stop; returns at once (NOD-5).
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
  internal::trace tracing_;                 // of the message being handled (SRQ-9)
};

/// What a worker is given: its addresses and the node around it (CTX-1).
///
/// Valid inside the hooks of the worker that owns it; not thread-safe.
class OCKAM_ACTORS_EXPORT context : public sender {
public:
  /// Sends `body` and calls `on_reply` in this worker with the first message that comes back, or
  /// with an error; returns at once (SRQ-1 to SRQ-7).
  ///
  /// `on_reply` takes `result<Reply>`, or `result<routed<Reply>>` to see the reply's return route.
  /// Errors: those of `send`, at once and by return value, unless `options.retry` leads to another
  /// attempt; errc::timeout, errc::cancelled (the worker ends first) or a decoding error through
  /// `on_reply`.
  template <class Reply, class Body, class OnReply>
  [[nodiscard]] result<void> send_and_receive(route to, const Body& body, OnReply on_reply,
                                              request_options options = {}) {
    return request(
      std::move(to), encode_payload(body),
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

  /// Stops this worker after the messages it already has (WRK-8).
  void stop();

  /// Calls a function in this worker, from any thread; ignored once the worker is gone. For replies
  /// of things that are not messages, such as connecting.
  using dispatcher = std::function<void(std::function<void(context&)>)>;
  [[nodiscard]] dispatcher make_dispatcher();

  /// Holds messages back after `initialize`, until `ready` or `fail` is called (MAP-8). Who is stopped
  /// before that ends like one that failed: what waits is lost, and counted (WRK-3).
  void defer_ready();
  void ready();
  void fail(error why);

  /// Calls `then` in this worker when the output of a connection has room, once; soon, when there is
  /// some, or when there is no such connection. For workers that send much of their own accord: `send`
  /// to a full output fails with errc::resource_exhausted at once.
  /// @param connection  its sender address, the first one of the routes that lead through it
  void when_writable(const address& connection, std::function<void(context&)> then);

  /// For processors: the oldest message that waits and is admitted, if any (PRC-5).
  template <class T>
  std::optional<routed<T>> try_receive() {
    auto next = take_waiting();
    if (!next)
      return std::nullopt;
    return routed<T>{std::move(*next)};
  }

  /// For processors whose `process` returned `step::wait`: call `process` again. From other threads
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
