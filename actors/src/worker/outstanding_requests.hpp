#pragma once

#include "node/node_state.hpp"
#include "request_ticket.hpp"
#include "retry.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace ockam::internal {

/// The requests of one actor that wait for a reply, each at a temporary address of its own (SRQ-1).
///
/// For the actor's own thread of control. The replies come through the actor's mailbox, and so do the
/// signals `reply_timeout`, `request_failed` and `retry`.
class outstanding_requests {
public:
  using on_reply = std::function<void(result<routed_message>)>;

  /// What a request needs that may be attempted again.
  struct repetition {
    message content; // of every attempt
    retry_policy policy;
    std::uint32_t attempt = 1;
    bool pausing = false;                          // until the next one
    std::vector<ref_ptr<actor_request>> earlier{}; // attempts, whose replies count
  };

  struct request {
    on_reply reply;
    ref_ptr<worker_record> address; // the temporary one
    trace tracing;                  // of the message that made the actor ask
    ref_ptr<inbound_credit> credit; // that pays for what the reply leads to; of the same message
    route to;
    std::optional<std::chrono::steady_clock::duration> timeout; // of one attempt
    std::unique_ptr<repetition> again;                          // null: there is one attempt only
    ref_ptr<actor_request> ticket{};                            // of the attempt
    timers::id timer = 0;                                       // of the attempt, or of the pause
  };

  /// A request that has ended without a reply, and why.
  struct failed_request {
    request ended;
    error why;
  };

  outstanding_requests(std::shared_ptr<node_state> node, caf::strong_actor_ptr actor,
                       ref_ptr<worker_record> requester = {})
    : node_{std::move(node)}, actor_{std::move(actor)}, requester_{std::move(requester)} {}
  ~outstanding_requests();

  /// Errors: those of a send that does not lead to another attempt; then `reply` is not called.
  result<void> send(route to, result<shared_bytes> payload, trace tracing,
                    ref_ptr<inbound_credit> credit, on_reply reply, const request_options& options,
                    compat::execution_context* context);

  /// The temporary address that a message in the mailbox was sent to, or nullptr.
  [[nodiscard]] const worker_record* address_of(const routed_message& content) const noexcept;

  /// Ends the request that `content` replies to; nullopt when it has ended already, or when the
  /// message is not admitted.
  std::optional<request> take(const worker_record& temporary, routed_message& content);

  /// An attempt got no reply in time or has failed, or the next one is due. Nullopt when the request
  /// has ended already, or goes on.
  std::optional<failed_request> on_signal(const worker_signal& signal,
                                          compat::execution_context* context);

  /// Ends any one of them; nullopt when none is left.
  std::optional<request> take_any();

private:
  using entries = std::map<std::uint64_t, request>;
  result<void> attempt(std::uint64_t id, request& of, message content,
                       compat::execution_context* context);
  std::optional<failed_request> end_attempt(entries::iterator which, error why);
  std::optional<failed_request> repeat(entries::iterator which, compat::execution_context* context);
  void pause(std::uint64_t id, request& before);
  timers::id signal_after(std::chrono::steady_clock::duration delay, worker_signal what);
  request forget(entries::iterator which, bool with_reply);

  const std::shared_ptr<node_state> node_;
  const caf::strong_actor_ptr actor_;
  const ref_ptr<worker_record> requester_; // null when the actor is none of our workers
  entries waiting_;
  std::uint64_t next_id_ = 1;
};

/// What a request ends with when its worker ends first.
error requester_has_ended();

/// The reply, or the error that it reports.
result<routed_message> as_reply(routed_message&& content);

} // namespace ockam::internal
