// How a worker's mail gets to its handlers: the part of worker_shell that runs for each message.

#include "room_notice.hpp"
#include "worker_shell.hpp"

#include "ockam/actors/transport/blocking.hpp"
#include "ockam/actors/transport/clock.hpp"

namespace ockam::internal {

namespace {

/// Messages in a row before others get their turn.
constexpr int max_batch = 64;

constexpr std::uint16_t short_runs_to_forget = 1'000;

/// Whether a message has to wait for room in the output of its connection, or behind one that does.
bool has_to_wait(const std::unique_ptr<held_mail>& held, const routed_message& content) {
  const auto* const credit = content.local_message().credit();
  return (credit != nullptr && credit->output_is_full())
         || (held && held->keeps_back(content.local_message()));
}

} // namespace

void worker_shell::accept(const ref_ptr<worker_record>& to,
                          std::unique_ptr<message_queue::element> element,
                          compat::execution_context* context) {
  auto& shell = static_cast<worker_shell&>(*to->mailbox());
  switch (to->mail.push(element)) {
    case message_queue::entry::first:
      return compat::wake(shell, context);
    case message_queue::entry::appended:
      return;
    case message_queue::entry::closed: // a message counts itself as lost
      if (element->request)
        shell.refuse(*to, std::move(element->request));
  }
}

/// Lets CAF answer a request to an ended worker.
void worker_shell::refuse(worker_record& own, caf::mailbox_element_ptr request) {
  own.count_lost(compat::peek<routed_message>(*request)->local_message());
  enqueue_directly(std::move(request));
}

bool worker_shell::intercept(caf::mailbox_element_ptr& element,
                             compat::execution_context* context) {
  auto* content = compat::peek<routed_message>(*element);
  if (content == nullptr)
    return false;
  ref_ptr<worker_record> own;
  {
    const std::lock_guard guard{end_lock_};
    own = context_.record_;
  }
  if (!own)
    return false;
  own->count(&traffic::sent);
  auto queued = element->mid.is_request()
                  ? std::make_unique<message_queue::element>(std::move(element))
                  : std::make_unique<message_queue::element>(routed_message{
                    std::move(*content).into_local_message(), ockam::address{}, own, 0});
  accept(own, std::move(queued), context);
  return true;
}

/// One turn of this actor: its mail, then what CAF has for it. An element of CAF's is handled after all
/// mail that was sent before it, and after two runs of mail at most.
compat::turn worker_shell::take_turn(compat::execution_context* context) {
  const no_blocking here;
  const auto own = context_.record_; // null when it has ended
  while (own && begin_turn(context)) {
    auto left = read_mail();
    if (!context_.record_)
      return compat::turn::ended;
    if (left.moves_to != nullptr && move_to(left.moves_to))
      return compat::turn::waits; // there; not ours any more
    if (ended_)                   // CAF ends an actor after an element only
      compat::post(this, context, worker_signal{worker_signal::kind::end});
    if (!mailbox().try_block()) {
      left = read_mail(); // what was sent before the element that has come
      if (const auto outcome = take_element(context); outcome != compat::turn::waits)
        return outcome;
    }
    // Blocked: a later sender may wake and run this actor, an earlier one has not done so.
    const bool more = left.more || left.moves_to != nullptr;
    if ((!more && !own->mail.has_arrivals()) || !mailbox().try_unblock())
      return compat::turn::waits;
    if (more)
      return compat::turn::again;
  }
  return compat::turn::ended;
}

/// At most `max_batch` messages: other actors need this thread too.
worker_shell::mail_left worker_shell::read_mail() {
  mail_left left;
  if (record().mail.is_empty())
    return left;
  const auto began = node().timers.coarse_now();
  auto now = began;
  route_cache cache;
  route_cache_ = &cache;
  for (int taken = 0; !left.more && context_.record_; ++taken) {
    if ((left.moves_to = thread_of_mail()) != nullptr)
      break;
    const auto element = record().mail.pop();
    if (!element)
      break;
    if (element->request)
      take_request(element->request); // comes to `on_message`, and may end this actor
    else
      read(element->content);
    now = node().timers.coarse_now();
    left.more = taken + 1 == max_batch || now - began > longest_quick_run();
  }
  route_cache_ = nullptr;
  set_credit(nullptr);
  if (context_.record_)
    end_run(now - began);
  return left;
}

/// What a hook throws ends there; left are those that found no memory to keep or to report a message.
void worker_shell::read(routed_message& content) noexcept {
  try {
    take(content);
  } catch (...) {
    record().traffic.failed.add_exclusively();
  }
}

/// From a CAF actor that waits for an answer.
void worker_shell::on_message(routed_message& content) {
  content = routed_message{std::move(content).into_local_message(), ockam::address{},
                           context_.record_, 0};
  take(content);
}

/// The I/O thread that has brought mail, if the worker has to go there. If answers came faster than a
/// turn ends, each message would otherwise cost two switches of threads, for ever.
compat::execution_context* worker_shell::thread_of_mail() {
  auto& brought_by = record().io_context;
  auto* const to = brought_by.load(std::memory_order_relaxed);
  if (to == nullptr)
    return nullptr;
  brought_by.store(nullptr, std::memory_order_relaxed);
  return to == context() || record().pooled.load(std::memory_order_relaxed)
             || node().io_contexts.contains(context())
           ? nullptr
           : to;
}

/// A worker on its way to another thread, between two turns. Comes through wherever it ends.
class worker_shell::transfer {
public:
  explicit transfer(worker_shell& who) : who_{&who}, alive_{who.record().actor} {}
  transfer(const transfer&) = delete;
  transfer& operator=(const transfer&) = delete;
  ~transfer() { go_on(nullptr); }

  void go_on(compat::execution_context* where) {
    if (who_ != nullptr)
      compat::run(*std::exchange(who_, nullptr), where);
  }
  void cancel() noexcept { who_ = nullptr; }

private:
  worker_shell* who_;
  caf::strong_actor_ptr alive_;
};

/// False when there is no such thread any more. Otherwise the next turn may have begun there.
bool worker_shell::move_to(compat::execution_context* where) {
  const auto moving = std::make_shared<transfer>(*this);
  if (node().io_contexts.post(where, [moving, where] { moving->go_on(where); }))
    return true;
  moving->cancel();
  return false;
}

/// A worker that takes long leaves the I/O thread to others. Once in a while it may be the machine's
/// doing: two long runs count, with few short ones in between.
void worker_shell::end_run(timers::clock::duration took) {
  if (took <= longest_quick_run()) {
    if (slowness_ > 0)
      --slowness_;
  } else if (slowness_ > 0) {
    record().pooled.store(true, std::memory_order_relaxed);
  } else {
    slowness_ = short_runs_to_forget;
  }
}

void worker_shell::take(routed_message& content) {
  if (ended_ || record().abandoned.load(std::memory_order_relaxed))
    return; // counted as lost by the message itself
  if (content.target().get() != &record())
    return take_reply(content);
  if (!initialized_)
    initialize_object();
  if (ended_)
    return;
  if (object_->is_processor()) {
    take_in(std::move(content));
  } else if (held_) {
    keep(waiting_, std::move(content));
  } else if (has_to_wait(waiting_, content)) {
    keep(waiting_, std::move(content));
    await_room(waiting_);
  } else {
    handle(std::move(content));
  }
}

void worker_shell::take_reply(routed_message& content) {
  if (has_to_wait(replies_, content)) {
    keep(replies_, std::move(content));
    await_room(replies_);
  } else if (const auto* temporary = requests_ ? requests_->address_of(content) : nullptr) {
    on_reply(*temporary, content);
  }
}

// -- mail that waits -------------------------------------------------------------------------------

void worker_shell::keep(std::unique_ptr<held_mail>& where, routed_message&& content) {
  if (!where)
    where = std::make_unique<held_mail>();
  where->put(std::move(content));
}

std::optional<routed_message> worker_shell::next_of(const std::unique_ptr<held_mail>& held) {
  return held ? held->take() : std::nullopt;
}

/// Goes on when there is room for what the messages may lead to; at once if there is some already.
void worker_shell::await_room(const std::unique_ptr<held_mail>& held) {
  if (!held || held->empty())
    return;
  if (!room_notice_)
    room_notice_ = make_ref<room_notice>(record().actor);
  if (!held->await_room(room_notice_))
    return;
  if (!std::exchange(going_on_, true))
    compat::post(this, context(), worker_signal{worker_signal::kind::room});
}

/// Handles mail that has waited for room, as much as in a turn.
void worker_shell::go_on() {
  going_on_ = false;
  for (const auto& held : {std::cref(replies_), std::cref(waiting_)})
    if (held.get())
      held.get()->forget_awaited();
  for (int taken = 0; taken < max_batch && !ended_; ++taken) {
    if (auto reply = next_of(replies_)) {
      if (const auto* temporary = requests_ ? requests_->address_of(*reply) : nullptr)
        on_reply(*temporary, *reply);
      continue;
    }
    auto next = held_ || object_->is_processor() ? std::nullopt : next_of(waiting_);
    if (!next)
      break;
    handle(std::move(*next));
  }
  set_credit(nullptr);
  if (ended_)
    return;
  await_room(replies_);
  if (object_->is_processor())
    return wake();
  if (!held_)
    await_room(waiting_);
  if (stop_is_due_ && !holds_mail_for_room())
    shut_down();
}

bool worker_shell::holds_mail_for_room() const noexcept {
  return !held_ && !object_->is_processor() && waiting_ && !waiting_->empty();
}

} // namespace ockam::internal
