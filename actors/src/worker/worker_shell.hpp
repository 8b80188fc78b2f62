#pragma once

#include "held_mail.hpp"
#include "node/node_state.hpp"
#include "outstanding_requests.hpp"

#include "ockam/actors/detail/caf_turns.hpp"
#include "ockam/actors/detail/worker_object.hpp"

#include <chrono>
#include <deque>
#include <memory>
#include <optional>

namespace ockam::internal {

using shell_actor
  = compat::typed_actor<caf::result<void>(routed_message), caf::result<void>(worker_signal)>;

/// The typed actor around a user's worker: hooks, incoming access control, exceptions, replies,
/// counters. One message at a time, in mailbox order (WRK-4).
class worker_shell final : public compat::taking_turns<shell_actor::base, worker_shell> {
public:
  worker_shell(caf::actor_config& config, std::shared_ptr<node_state> node,
               ref_ptr<worker_record> record, std::unique_ptr<worker_object> object, trace tracing);

  behavior_type make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "ockam.worker"; }

  /// Queues an element for a worker and wakes the worker unless another thread does.
  static void accept(const ref_ptr<worker_record>& to,
                     std::unique_ptr<message_queue::element> element,
                     compat::execution_context* context);

  /// Sorts what CAF actors send here, past the router, in with what the router brings.
  bool intercept(caf::mailbox_element_ptr& element, compat::execution_context* context);

  /// What a thread runs of this actor at a time.
  compat::turn take_turn(compat::execution_context* context);

  // -- for the worker's context, in its hooks ------------------------------------------------------

  result<void> request(route to, result<shared_bytes> payload,
                       std::function<void(result<routed_message>)> on_reply,
                       request_options options);
  void hold();
  void release(result<void> outcome);
  std::optional<routed_message> take_waiting();
  void wake();
  [[nodiscard]] context::dispatcher make_dispatcher();
  [[nodiscard]] compat::execution_context* execution_context() { return this->context(); }
  [[nodiscard]] route_cache* cached_route() const noexcept { return route_cache_; }

  /// The credit that pays for what the worker sends now: of the message being handled, or of the one
  /// that a reply is for; nullptr: none.
  [[nodiscard]] const ref_ptr<inbound_credit>& credit() const noexcept { return credit_; }

private:
  struct calls; // functions that other threads want called in this worker
  class transfer;
  struct mail_left {
    bool more = false; // perhaps
    compat::execution_context* moves_to = nullptr;
  };

  void on_message(routed_message& content);
  void refuse(worker_record& own, caf::mailbox_element_ptr request);
  mail_left read_mail();
  compat::execution_context* thread_of_mail();
  bool move_to(compat::execution_context* where);
  void end_run(timers::clock::duration took);
  void read(routed_message& content) noexcept;
  void take(routed_message& content);
  void take_reply(routed_message& content);
  void keep(std::unique_ptr<held_mail>& where, routed_message&& content);
  std::optional<routed_message> next_of(const std::unique_ptr<held_mail>& held);
  void await_room(const std::unique_ptr<held_mail>& held);
  void go_on();
  [[nodiscard]] bool holds_mail_for_room() const noexcept;
  void set_credit(inbound_credit* credit);
  void on_signal(worker_signal signal);
  void on_reply(const worker_record& temporary, routed_message& content);
  void finish(std::optional<outstanding_requests::request> ended, result<routed_message> reply);
  void initialize_object(); // CAF has a virtual `initialize`
  void finish_initialization(result<void> outcome);
  void handle(routed_message&& content);
  void take_in(routed_message&& content);
  void process();
  void shut_down();
  void run_calls();
  void set_tracing(const message& content);
  void answer_failure(const routed_message& content, const error& why);

  void report(std::string_view what, const error& why);

  [[nodiscard]] node_state& node() noexcept { return *context_.node_; }
  [[nodiscard]] worker_record& record() noexcept { return *context_.record_; }

  std::unique_ptr<worker_object> object_;
  ockam::context context_; // its record is null when the actor has ended, for that holds the actor
  std::shared_ptr<calls> calls_;
  std::unique_ptr<held_mail>
    waiting_; // by `defer_ready`, for a processor, or for room in an output
  std::unique_ptr<held_mail> replies_;             // for room in an output
  ref_ptr<inbound_credit> credit_;                 // of what is being handled
  ref_ptr<capacity_listener> room_notice_;         // holds this actor
  std::unique_ptr<outstanding_requests> requests_; // with the first one
  route_cache* route_cache_ = nullptr;             // while messages are handled
  spin_lock end_lock_; // others may look for the record while the actor ends
  std::uint16_t slowness_ = 0;
  bool initialized_ = false;
  bool held_ = false;
  bool ended_ = false;
  bool process_posted_ = false;
  bool going_on_ = false;    // a signal to do so is under way
  bool stop_is_due_ = false; // after what waits for room
};

} // namespace ockam::internal
