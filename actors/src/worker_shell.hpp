#pragma once

#include "node_state.hpp"
#include "outstanding_requests.hpp"

#include "ockam/actors/worker_object.hpp"

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <optional>

namespace ockam::internal {

using shell_actor
  = compat::typed_actor<caf::result<void>(routed_message), caf::result<void>(worker_signal)>;

/// Something that runs on an I/O thread and is told when it kept the thread too long.
class may_be_slow {
public:
  virtual ~may_be_slow() = default;
  virtual void was_slow() noexcept = 0;
};

/// The typed actor around a user's worker: hooks, incoming access control, exceptions, replies,
/// counters. One message at a time, in mailbox order (WRK-4).
class worker_shell final : public shell_actor::base, public may_be_slow {
public:
  worker_shell(caf::actor_config& config, std::shared_ptr<node_state> node,
               ref_ptr<worker_record> record, std::unique_ptr<worker_object> object,
               std::optional<std::string> tracing);

  behavior_type make_behavior() override;
  void on_exit() override;
  void was_slow() noexcept override;
  const char* name() const override { return "ockam.worker"; }

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

private:
  struct calls; // functions that other threads want called in this worker

  void on_message(routed_message& content);
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

  /// Calls a hook; an exception becomes an error (WRK-6, MAP-4).
  template <class Hook>
  auto guarded(Hook&& hook) -> std::invoke_result_t<Hook>;
  void report(std::string_view what, const error& why);

  std::shared_ptr<node_state> node_;
  ref_ptr<worker_record> record_;
  std::unique_ptr<worker_object> object_;
  ockam::context context_;
  std::shared_ptr<calls> calls_;
  std::list<routed_message>
    waiting_; // held back by `defer_ready`, or for a processor; most stay empty
  std::unique_ptr<outstanding_requests> requests_; // with the first one
  const int priority_;
  std::atomic<int> slow_runs_{0};
  std::mutex end_mutex_; // an I/O thread may tell about a slow run while another one ends the actor
  bool initialized_ = false;
  bool held_ = false;
  bool ended_ = false;
  bool process_posted_ = false;
};

} // namespace ockam::internal
