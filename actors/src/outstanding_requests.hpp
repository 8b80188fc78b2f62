#pragma once

#include "node_state.hpp"
#include "request_ticket.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace ockam::internal {

/// The requests of one actor that wait for a reply, each at a temporary address of its own (SRQ-1).
///
/// For the actor's own thread of control. The replies come through the actor's mailbox, and so does
/// the signal `reply_timeout`.
class outstanding_requests {
public:
  using on_reply = std::function<void(result<routed_message>)>;

  struct request {
    on_reply reply;
    ref_ptr<worker_record> address; // the temporary one
    trace tracing;                  // of the message that made the actor ask
    ref_ptr<inbound_credit> credit; // that pays for what the reply leads to; of the same message
    ref_ptr<actor_request> ticket;
    route to;
    std::optional<std::chrono::steady_clock::duration> timeout;
    timers::id timer = 0;
  };

  outstanding_requests(std::shared_ptr<node_state> node, caf::strong_actor_ptr actor,
                       ref_ptr<worker_record> asker = {})
    : node_{std::move(node)}, actor_{std::move(actor)}, asker_{std::move(asker)} {}
  ~outstanding_requests();

  /// Errors: those of a send; then `reply` is not called.
  result<void> send(route to, result<shared_bytes> payload, trace tracing,
                    ref_ptr<inbound_credit> credit, on_reply reply, const request_options& options,
                    compat::execution_context* context);

  /// The temporary address that a message in the mailbox was sent to, or nullptr.
  [[nodiscard]] const worker_record* address_of(const routed_message& content) const noexcept;

  /// Ends the request that `content` replies to; nullopt when it has ended already, or when the
  /// message is not admitted.
  std::optional<request> take(const worker_record& temporary, routed_message& content);

  /// Ends a request without a reply: its time is over, or it has failed; nullopt when it has ended
  /// already.
  std::optional<request> take_unanswered(std::uint64_t id);

  /// Ends any one of them; nullopt when none is left.
  std::optional<request> take_any();

  /// What a request ends with whose time is over.
  [[nodiscard]] error no_reply(const request& ended) const;

private:
  using entries = std::map<std::uint64_t, request>;
  request forget(entries::iterator which, bool with_reply);

  const std::shared_ptr<node_state> node_;
  const caf::strong_actor_ptr actor_;
  const ref_ptr<worker_record> asker_; // null when the actor is none of our workers
  entries waiting_;
  std::uint64_t next_id_ = 1;
};

/// What a request ends with when its worker ends first.
error requester_has_ended();

/// The reply, or the error that it reports.
result<routed_message> as_reply(routed_message&& content);

} // namespace ockam::internal
