#pragma once

#include "io_contexts.hpp"
#include "recent.hpp"
#include "routing/address_table.hpp"
#include "timers.hpp"

#include "ockam/actors/context.hpp"
#include "ockam/actors/node.hpp"
#include "ockam/actors/transport/node_services.hpp"
#include "ockam/actors/transport/transport.hpp"
#include "ockam/protocol/detail/forks.hpp"
#include "ockam/protocol/detail/memory_budget.hpp"

#include <array>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

namespace ockam::internal {

/// What a node is made of. Shared by the node object, worker shells and ports, so that none of them
/// has to outlive another; holds no reference to the node object.
class node_state final : public node_services, public std::enable_shared_from_this<node_state> {
public:
  node_state(caf::actor_system& system, node_options options);

  // -- the way of one message ----------------------------------------------------------------------

  /// Counts the message as sent by `from` and routes it; the steps of a send after the body is
  /// known (section "Sending" of docs/rules.tsv). `cache` is that of a sender of several
  /// messages.
  result<void> send(worker_record& from, std::uint16_t from_index, message content,
                    compat::execution_context* context, route_cache* cache = nullptr);

  /// Routes a message that was counted already: resolve, outgoing access control, hand over.
  /// `denied` is what a denial is counted as.
  result<void> route_from(worker_record& from, std::uint16_t from_index, message content,
                          compat::execution_context* context,
                          drop_reason denied = drop_reason::outgoing_denied,
                          route_cache* cache = nullptr);

  /// For messages that CAF actors send to the router handle: the source stays empty.
  void route_anonymous(routed_message&& content, compat::execution_context* context);

  void count_drop(drop_reason reason, const message& content);

  /// Sends the requester of a dropped message from the wire the reason, if its connection allows that.
  void explain_drop(drop_reason reason, const message& content);

  // -- errors about ended connections and requests -------------------------------------------------

  void remember_closed(const address& connection, error why);
  void remember_failed(const address& worker, error why) {
    failed_starts_.add(worker, std::move(why));
  }

  /// Why the worker that had this address last did not start, if it did not.
  [[nodiscard]] std::optional<error> failed_start(const address& worker) const {
    return failed_starts_.find(worker);
  }
  void remember_unanswered(const address& requester);

  /// What a request along `to` ends with that got no reply in time.
  [[nodiscard]] error no_reply(const route& to, std::chrono::steady_clock::duration timeout) const;

  /// Why no worker has the address `next`.
  [[nodiscard]] error unknown(address_view next) const;

  /// Why a body that could not be encoded was not sent along `to`: an unknown first hop is the more
  /// important reason (SND-1, MTY-4).
  [[nodiscard]] error unsendable(const route& to, const error& encoding) const;

  /// The router actor; a null handle once the node has stopped.
  [[nodiscard]] router_actor router() const;
  void set_router(router_actor actor);

  // -- registration --------------------------------------------------------------------------------

  /// `tracing` is that of the caller (CTX-1).
  result<address> start_shell(mailboxes at, std::unique_ptr<worker_object> worker,
                              worker_options options, trace tracing);

  /// `make` spawns or names the actor; it gets the record, so that the actor can send.
  using actor_factory = std::function<worker_actor(const ref_ptr<worker_record>&)>;
  result<ref_ptr<worker_record>> register_actor(mailboxes at, const actor_factory& make, bool owned,
                                                worker_options options);

  /// Takes the addresses away and forgets their rights; false if that was done before.
  bool remove(worker_record& record);

  result<void> stop_worker(address_view any);

  /// The actor at an address; null where there is none.
  [[nodiscard]] caf::strong_actor_ptr actor_at(address_view any);

  /// Asks one worker to end; its addresses are unknown when this returns.
  void stop_record(const ref_ptr<worker_record>& record);

  /// A temporary address for the reply to a request along `to` (SRQ-1); not registered yet.
  [[nodiscard]] ref_ptr<worker_record> make_reply_record(const route& to,
                                                         const request_options& options,
                                                         record_kind kind) const;

  /// Registers it and lets a reply through the connection at the first hop reach it (SRQ-2).
  result<void> insert_reply_record(const ref_ptr<worker_record>& record, const address& first_hop);
  void admit_replies(const worker_record& record, const address& first_hop);

  /// What a stop waits for: shells, and actors written by hand that the node stops.
  void actor_started(int priority);
  void actor_ended(int priority);

  // -- life ----------------------------------------------------------------------------------------

  /// The router has ended: every call that needs it fails (NOD-11).
  [[nodiscard]] bool is_gone() const noexcept { return gone_.load(std::memory_order_relaxed); }

  /// errc::misuse in the child of a `fork`: the threads of the node are those of its parent. There it
  /// must not be changed or destroyed either, for any of its locks may be held for ever.
  [[nodiscard]] result<void> check_process() const {
    if (!is_inherited()) [[likely]]
      return {};
    return fail(why_inherited());
  }
  /// The same for a call that waits, which some threads must not.
  [[nodiscard]] result<void> check_may_wait(std::string_view call, std::string_view instead,
                                            const std::optional<time_span>& limit = {}) const;
  [[nodiscard]] bool is_inherited() const noexcept { return count_forks() != forks_before_; }
  [[nodiscard]] OCKAM_ACTORS_EXPORT static error why_inherited();

  /// Idempotent: a call while another thread stops the node waits for that, which keeps to the limit
  /// of both; one after a stop that failed finishes it. errc::misuse where the thread must not wait.
  result<void> stop(time_span limit);

  /// Stops within `stop_timeout`; where the thread must not wait, on another one, when the function of
  /// the host has returned.
  void end() noexcept;

  void request_stop();
  result<void> wait_for_stop_request();

  // -- transports ----------------------------------------------------------------------------------

  result<void> attach(std::shared_ptr<transport> what);
  [[nodiscard]] std::shared_ptr<transport> find_transport(std::uint8_t type) const;
  [[nodiscard]] std::vector<std::shared_ptr<transport>> attached_transports() const;

  [[nodiscard]] ockam::metrics metrics() const;
  [[nodiscard]] node_log& log() const noexcept { return counters->log; }

  caf::actor_system& system;
  const node_options options;
  address_table table;
  const std::shared_ptr<flow_controls> flows = std::make_shared<flow_controls>();
  const ref_ptr<memory_budget> buffers = make_ref<memory_budget>(options.max_buffer_bytes);
  const std::shared_ptr<node_counters> counters = std::make_shared<node_counters>();
  internal::io_contexts io_contexts;
  internal::timers timers;

private:
  result<void> route_implicitly(worker_record& from, std::uint16_t from_index, message content,
                                drop_reason denied);
  result<void> hand_over(const located& to, const worker_record* from, address source,
                         message content, compat::execution_context* context);
  [[nodiscard]] drop_counts dropped() const noexcept;
  void report_lost(const drop_counts& before);
  result<void> end_everything();
  void stop_priority(int priority);
  result<void> stop_transports();

  static constexpr auto no_deadline = std::chrono::steady_clock::time_point::max();

  struct ended_request {
    timers::clock::time_point at;
  };

  recent_addresses<error> closed_connections_;
  recent_addresses<error> failed_starts_; // a caller may begin to wait later
  recent_addresses<ended_request> ended_requests_;
  mutable std::mutex summing_; // held while traffic moves from a record to the node's sum
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::array<std::size_t, 8> running_{}; // actors to wait for, by shutdown priority
  router_actor router_;
  std::map<std::uint8_t, std::shared_ptr<transport>> transport_by_type_;
  std::vector<std::shared_ptr<transport>> transports_; // all of them, in order of creation
  std::chrono::steady_clock::time_point stop_deadline_ = no_deadline; // the earliest of all calls
  bool stop_requested_ = false;
  bool stopping_ = false;  // since the first call
  bool stop_runs_ = false; // on some thread
  bool stopped_ = false;
  const unsigned forks_before_ = (watch_forks(), count_forks());
  std::atomic<bool> gone_{false}; // `stopped_`, for readers without the lock
};

/// All of a node, for the functions that transports call.
inline node_state& state_of(node_services& node) noexcept {
  return static_cast<node_state&>(node);
}
inline const node_state& state_of(const node_services& node) noexcept {
  return static_cast<const node_state&>(node);
}

/// Whether a worker, an actor or an endpoint can have these mailboxes.
result<void> check(const mailboxes& at);

/// Whether the message is a request whose requester has given up: such a request is not delivered.
inline bool is_expired(const message& content) noexcept {
  const auto* const request = content.request();
  return request != nullptr && request->is_given_up();
}

} // namespace ockam::internal
