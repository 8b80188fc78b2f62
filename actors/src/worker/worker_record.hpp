#pragma once

#include "actor_gate.hpp"
#include "log/log.hpp"
#include "mailbox_list.hpp"
#include "message_queue.hpp"
#include "node/counters.hpp"

#include "ockam/actors/detail/caf_compat.hpp"
#include "ockam/actors/transport/message_sink.hpp"
#include "ockam/actors/worker_options.hpp"
#include "ockam/protocol/detail/spin_lock.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace ockam::internal {

/// What answers at an address.
enum class record_kind : std::uint8_t {
  shell,    // a worker of ours: access control runs in its actor, directly before the handler
  actor,    // a CAF actor written by hand: access control runs before the mailbox
  endpoint, // a blocking queue: access control runs when a message is taken out
  sink,     // a connection: no mailbox at all
  reply,    // the temporary address of a worker's request: the worker's shell checks and handles
  none,     // an address that admits nothing: a listener, a delayed event
};

/// The verdict of an access control; what it throws is an error (WRK-6).
result<bool> ask(const access_control& control, const relay_message& what) noexcept;

/// One entry of the router's table: the addresses of a worker and how to reach it.
///
/// Everything but the counters and the state of readiness is constant once it is registered, so
/// that senders on any thread read it without a lock. Its identity is the incarnation of the
/// worker: a successor at the same address is another record.
///
/// A record keeps its actor alive. A shell lets go of its record when it ends; an actor written by
/// hand only ever sees the record's `identity`, which does not know the actor.
class worker_record final : public delivery_point {
public:
  worker_record(mailboxes at, record_kind kind, std::shared_ptr<node_counters> counters)
    : kind{kind}, boxes{std::move(at).all()}, counters{std::move(counters)} {}
  ~worker_record() override { flush_counters(); }

  /// Adds one to a counter of `traffic`, from any thread, also when the record has left the table.
  void count(counter internal::traffic::*what) noexcept {
    (traffic.*what).add_in_order();
    if (!listed.load(std::memory_order_seq_cst))
      flush_counters();
  }

  /// Adds the growth since the last call to the node's sum; for a record that leaves the table.
  void flush_counters() noexcept;

  /// After counting without `count`: a connection may have left the table and still be in use.
  void flush_counters_if_gone() noexcept {
    std::atomic_thread_fence(std::memory_order_seq_cst); // counted first, then looked
    if (!listed.load(std::memory_order_seq_cst))
      flush_counters();
  }

  [[nodiscard]] const address& address_at(std::uint16_t index) const noexcept override {
    return boxes[index].address;
  }
  [[nodiscard]] const address& primary() const noexcept { return boxes.front().address; }
  void count_lost(const message& content) noexcept override {
    counters->drop(drop_reason::worker_gone, content);
  }
  void message_left_mailbox() noexcept override {
    if (gate)
      gate->message_left();
  }

  [[nodiscard]] caf::abstract_actor* mailbox() const noexcept {
    return caf::actor_cast<caf::abstract_actor*>(actor);
  }

  /// Index of one of the own addresses.
  [[nodiscard]] std::optional<std::uint16_t> index_of(address_view any) const noexcept;

  /// Whether the mailbox that was hit admits the message; logs and counts a denial (WRK-5).
  [[nodiscard]] bool admits(const routed_message& content) const;

  // -- the actor of a connection, which few ask for -------------------------------------------------

  /// The one that was shared first.
  caf::strong_actor_ptr share_actor(caf::strong_actor_ptr fresh);
  caf::strong_actor_ptr take_actor() noexcept;

  // -- readiness (ROU-14) --------------------------------------------------------------------------

  using on_ready = std::function<void(result<void>)>;
  void when_ready(on_ready callback);
  void set_ready(const result<void>& outcome);

  // -- what is looked at for every message comes first, for the cache ------------------------------

  const record_kind kind;
  bool owned = true; // stopped with the node
  std::int8_t shutdown_priority = 4;
  bool accounts_for_mail = false;     // identity: its actor counts each message when it takes it
  std::atomic<bool> listed{true};     // its traffic is summed by walking over the table
  std::atomic<bool> pooled{false};    // never run by an I/O thread
  std::atomic<bool> abandoned{false}; // the node does not wait any more: drop what is queued

private: // small members stay together: there may be a million of these
  enum class readiness : std::uint8_t { unknown, ready, failed };
  readiness ready_ = readiness::unknown; // under the lock
  spin_lock lock_;

public:
  std::atomic<compat::execution_context*> io_context{
    nullptr};                  // shell: has brought mail from outside
  message_queue mail;          // shell
  caf::strong_actor_ptr actor; // shell, actor, reply; under the lock: sink
  internal::traffic traffic;
  const mailbox_list boxes;

  // -- constant after registration -----------------------------------------------------------------

  std::shared_ptr<message_sink> sink; // endpoint, sink; of a listener only to be closed
  ref_ptr<actor_gate> gate;           // actor, and its identity
  ref_ptr<worker_record> identity;    // actor: its sender, and the target of its messages
  ref_ptr<worker_record> requester;   // reply: the worker whose queue takes it
  std::uint64_t request = 0;          // reply: which request of the worker
  const std::shared_ptr<node_counters> counters;

  mutable log_limit log_lines; // about what this worker sends or refuses

private:
  // under the lock
  std::unique_ptr<internal::traffic> flushed_;
  std::unique_ptr<std::vector<on_ready>> waiting_;
  std::unique_ptr<const error> failed_;
};

} // namespace ockam::internal
