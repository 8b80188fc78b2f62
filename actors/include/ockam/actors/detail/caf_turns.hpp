#pragma once

// The part of caf_compat.hpp that runs actors: what differs between CAF 0.17.6, CAF 1.x and CAF 2.
// An implementation detail: not part of the interface, may change in any release.

#include "ockam/actors/detail/caf_compat.hpp"

#include <caf/resumable.hpp>

#if OCKAM_CAF_IS_2
#  include <caf/add_ref.hpp>
#  include <caf/adopt_ref.hpp>
#  include <caf/detail/current_actor.hpp>
#endif

#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>

namespace ockam::compat {

// -- actors ---------------------------------------------------------------------------------------

/// How a turn of an actor ends.
enum class turn {
  waits, // for mail: another thread may run it already
  again, // has more to do
  ended
};

/// An intercepting actor whose `Derived::take_turn(context)` is what a thread runs of it.
template <class Base, class Derived>
class taking_turns : public intercepting<Base, Derived> {
public:
  using intercepting<Base, Derived>::intercepting;

#if OCKAM_CAF_IS_2
  void resume(execution_context* context, std::uint64_t event) override {
    if (event == caf::resumable::dispose_event_id)
      return Base::resume(context, event);
    const caf::detail::current_actor_guard here{this};
    if (static_cast<Derived*>(this)->take_turn(context) == turn::again)
      context->delay(caf::resumable_ptr{this, caf::add_ref}, event);
  }
#else
  caf::resumable::resume_result resume(execution_context* context, std::size_t) override {
    switch (static_cast<Derived*>(this)->take_turn(context)) {
      case turn::waits:
        return caf::resumable::awaiting_message;
      case turn::again:
        return caf::resumable::resume_later;
      default:
        return caf::resumable::done;
    }
  }
#endif

protected:
#if OCKAM_CAF_IS_2
  /// Each turn begins with this. False when the actor has ended.
  bool begin_turn(execution_context* context) {
    this->context(context);
    return this->initialized() ? this->alive() : this->initialize(context);
  }

  /// Handles one element of CAF's mailbox, if there is one.
  turn take_element(execution_context*) {
    for (bool taken = false;;) {
      if (auto element = taken ? nullptr : this->mailbox().pop_front()) {
        if (!goes_on_after(element))
          return turn::ended;
        taken = true;
      }
      if (this->mailbox().try_block())
        return turn::waits;
      if (taken)
        return turn::again;
    }
  }

  /// Handles a request that has not been in CAF's mailbox.
  void take_request(caf::mailbox_element_ptr& request) {
    if (auto* const size = this->builtin_metrics().mailbox_size) {
      request->set_enqueue_time();
      size->inc();
    }
    goes_on_after(request);
  }

private:
  /// As CAF does it, but with no way back for elements that are skipped: handlers of ours skip none.
  bool goes_on_after(caf::mailbox_element_ptr& element) {
    try {
      return Base::consume(element) != Base::consume_result::terminated;
    } catch (...) {
      auto thrown = std::current_exception();
      auto why = this->exception_handler_(this, thrown);
      this->make_response_promise().deliver(why);
      this->quit(std::move(why));
      return !this->finalize();
    }
  }
#else
  /// Each turn begins with this. False when the actor has ended.
  bool begin_turn(execution_context* context) {
    return this->activate(context);
  }

  /// Handles one element of CAF's mailbox, if there is one.
  turn take_element(execution_context* context) {
    switch (Base::resume(context, 1)) {
      case caf::resumable::awaiting_message:
        return turn::waits;
      case caf::resumable::resume_later:
        return turn::again;
      default:
        return turn::ended;
    }
  }

  /// Handles a request that has not been in CAF's mailbox.
  void take_request(caf::mailbox_element_ptr& request) {
    this->reactivate(*request);
  }
#endif
};

// -- threads --------------------------------------------------------------------------------------

/// Hands a woken actor to the system's own threads, with the reference of `job`.
inline void schedule(caf::actor_system& system, caf::resumable* job) {
#if OCKAM_CAF_IS_2
  system.scheduler().schedule(caf::resumable_ptr{job, caf::adopt_ref},
                              caf::resumable::default_event_id);
#elif CAF_MAJOR_VERSION >= 1
  system.scheduler().schedule(job);
#else
  system.scheduler().enqueue(job);
#endif
}

/// Schedules an actor that neither runs nor is scheduled: in `context`, or anywhere if nullptr.
template <class Actor>
void run(Actor& who, execution_context* context) {
#if OCKAM_CAF_IS_2
  caf::resumable_ptr job{&who, caf::add_ref};
  if (context == nullptr)
    return schedule(who.home_system(), job.release());
  context->delay(std::move(job), caf::resumable::default_event_id);
#else
  caf::intrusive_ptr_add_ref(who.ctrl()); // whoever runs it releases it
  if (context == nullptr)
    return schedule(who.home_system(), &who);
#  if CAF_MAJOR_VERSION >= 1
  context->delay(&who);
#  else
  context->exec_later(&who);
#  endif
#endif
}

/// Lets an actor run that waits for mail, as an element in its mailbox would. One that does not wait
/// is left alone: it is going to run, or has ended.
template <class Actor>
void wake(Actor& who, execution_context* context) {
  if (who.mailbox().try_unblock())
    run(who, context);
}

/// Base of our own execution context: `Derived::ready(job)` is called for every woken actor and brings a
/// reference to it.
template <class Derived>
class own_context : public execution_context {
public:
  /// Lets a woken actor have a turn. True when it has more to do: then the reference is the caller's
  /// again.
  bool run_job(caf::resumable* job) {
#if OCKAM_CAF_IS_2
    running_ = job;
    job->resume(this, caf::resumable::default_event_id);
    job->deref();
    return std::exchange(running_, nullptr) == nullptr;
#else
    if (job->resume(static_cast<execution_context*>(this), 1) == caf::resumable::resume_later)
      return true;
#  if CAF_MAJOR_VERSION >= 1
    job->deref_resumable();
#  else
    caf::intrusive_ptr_release(job);
#  endif
    return false;
#endif
  }

#if OCKAM_CAF_IS_2
  explicit own_context(caf::actor_system&) {}
  void schedule(caf::resumable_ptr job, std::uint64_t) override {
    static_cast<Derived*>(this)->ready(job.release());
  }
  /// By the actor that is running: it has more to do.
  void delay(caf::resumable_ptr job, std::uint64_t event) override {
    if (job.get() != running_)
      return schedule(std::move(job), event);
    running_ = nullptr;
    static_cast<void>(job.release());
  }
  /// So that CAF runs actors of the host on its own threads.
  [[nodiscard]] bool is_system_scheduler() const noexcept override {
    return false;
  }
  void start() override {}
  void stop() override {}

private:
  // Until it says that it has more to do; of the thread, for the loop may be on another one meanwhile.
  static inline thread_local caf::resumable* running_ = nullptr;
#elif CAF_MAJOR_VERSION >= 1
  explicit own_context(caf::actor_system&) {}
  void schedule(caf::resumable* job) override {
    static_cast<Derived*>(this)->ready(job);
  }
  void delay(caf::resumable* job) override {
    static_cast<Derived*>(this)->ready(job);
  }
  void start() override {}
  void stop() override {}
#else
  explicit own_context(caf::actor_system& system) : caf::execution_unit{&system} {}
  void exec_later(caf::resumable* job) override {
    static_cast<Derived*>(this)->ready(job);
  }
#endif
};

} // namespace ockam::compat
