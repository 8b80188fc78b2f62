#pragma once

#include "ockam/actors/context.hpp"
#include "ockam/actors/detail/export.hpp"

namespace ockam {

/// How long to wait for a message; nullopt waits for ever (RCV-1).
struct receive_options {
  std::optional<time_span> timeout = std::chrono::seconds{30};
};

/// How long a send waits for room in the output of a connection; nullopt waits for ever.
struct send_options {
  std::optional<time_span> timeout = std::chrono::seconds{30};
};

/// A mailbox without an actor, for plain threads such as `main` (CTX-2, MAP-12).
///
/// `receive`, `send_and_receive` and `wait_for` block the calling thread: in a worker, an observer or a
/// callback they fail at once with errc::misuse, unless their time-out is 0. All calls are
/// thread-safe; several threads that receive share the messages. Destruction, from any thread, removes
/// the address.
class OCKAM_ACTORS_EXPORT endpoint : public sender {
public:
  endpoint(endpoint&&) noexcept;
  endpoint& operator=(endpoint&&) noexcept;
  ~endpoint();

  using sender::send;

  /// As `send`, but waits while the output of the connection at the first address is full. In a
  /// worker it does not wait.
  /// - errc::resource_exhausted  there was no room within `options.timeout`
  template <class T>
  [[nodiscard]] result<void> send(route to, const T& body, send_options options) {
    return send_with_room(std::move(to), encode_payload(body), options);
  }

  /// The next message that is admitted, in order of arrival (RCV-1 to RCV-5).
  /// - errc::timeout    none came in time; denied messages are skipped and the limit keeps running
  /// - errc::not_found  the endpoint was closed, or the node has stopped
  template <class T>
  [[nodiscard]] result<routed<T>> receive(receive_options options = {}) {
    return take(options).map([](routed_message&& next) { return routed<T>{std::move(next)}; });
  }

  /// Sends `body` from a new random address and returns the body of the first message that comes
  /// back to it, whoever sent it (SRQ-1 to SRQ-7).
  /// Errors: those of `send` at once; errc::timeout; a decoding error.
  template <class Reply, class Body>
  [[nodiscard]] result<Reply> send_and_receive(route to, const Body& body,
                                               request_options options = {}) {
    return send_and_receive_extended<Reply>(std::move(to), body, std::move(options))
      .and_then([](const routed<Reply>& reply) { return reply.try_body(); });
  }

  /// As `send_and_receive`; shows the reply's return route (SRQ-6).
  template <class Reply, class Body>
  [[nodiscard]] result<routed<Reply>> send_and_receive_extended(route to, const Body& body,
                                                                request_options options = {}) {
    return request(std::move(to), encode_payload(body), std::move(options))
      .map([](routed_message&& reply) { return routed<Reply>{std::move(reply)}; });
  }

  /// Waits until the worker at this address, primary or alias, has finished `initialize` (ROU-14).
  /// - errc::not_found              nothing is registered there
  /// - errc::initialization_failed  with the reason
  /// - errc::timeout
  [[nodiscard]] result<void> wait_for(const address& any, receive_options options = {});

private:
  friend class sender;
  friend class node;
  friend class internal::node_state;
  struct queue;
  endpoint(std::shared_ptr<internal::node_state> node, ref_ptr<internal::worker_record> record,
           std::shared_ptr<queue> inbox);

  [[nodiscard]] static result<endpoint> open(std::shared_ptr<internal::node_state> node,
                                             mailboxes at);
  void close() noexcept;
  [[nodiscard]] result<routed_message> take(receive_options options);
  [[nodiscard]] result<routed_message> request(route to, result<shared_bytes> payload,
                                               request_options options);
  [[nodiscard]] result<void> send_with_room(route to, result<shared_bytes> payload,
                                            send_options options);

  std::shared_ptr<queue> inbox_;
};

} // namespace ockam
