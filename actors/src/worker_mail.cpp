// How a worker's mail gets to its handlers: the part of worker_shell that runs for each message.

#include "worker_shell.hpp"

#include <thread>

namespace ockam::internal {

namespace {

/// Messages in a row before others get their turn.
constexpr int max_letters = 64;

/// What is too long for an I/O thread. Well above what a busy machine takes away from a thread, for
/// that looks the same.
constexpr std::chrono::nanoseconds long_run = std::chrono::milliseconds{5};

constexpr std::uint16_t short_runs_to_forget = 1'000;

/// How often a thread looks whether a worker that comes to it has ended its turn elsewhere.
constexpr int max_waits = 1'000;

bool is_request(const caf::mailbox_element& element) {
  return element.mid.is_request();
}

} // namespace

bool worker_shell::intercept(caf::mailbox_element& element, compat::execution_context*) {
  auto* content = compat::peek<routed_message>(element);
  if (content == nullptr || (content->target() && !content->is_handled()) || is_request(element))
    return false; // the router has put it here
  ref_ptr<worker_record> own;
  {
    const std::lock_guard guard{end_lock_};
    own = context_.record_;
  }
  if (!own)
    return false;
  own->count(&traffic::sent);
  *content = routed_message{std::move(*content).into_local_message(), ockam::address{}, own, 0};
  return own->mail.put(*content) == mail_queue::entry::appended;
}

void worker_shell::on_message(routed_message& content) {
  const auto began = node().timers.coarse_now();
  next_hop hop;
  hop_ = &hop;
  if (is_request(*current_mailbox_element())) {
    record().count(&traffic::sent); // by a CAF actor, past the router and the mail queue
    content = routed_message{std::move(content).into_local_message(), ockam::address{},
                             context_.record_, 0};
    take(content);
  } else if (moves_to_io()) {
    record().mail.put_back(std::make_unique<mail_queue::letter>(std::move(content)));
    hop_ = nullptr;
    return;
  } else {
    take(content);
    read_mail(began);
  }
  hop_ = nullptr;
  end_run(began);
}

/// What has come since the element that is being handled. After a while the rest waits for another
/// turn: others want this thread too.
void worker_shell::read_mail(timers::clock::time_point began) {
  for (int taken = 0; !moves_to_io();) {
    const auto letter = record().mail.next_letter();
    if (!letter)
      return;
    take(letter->content);
    if (++taken == max_letters || node().timers.coarse_now() - began > long_run) {
      compat::post(this, context(), worker_signal{worker_signal::kind::mail});
      return;
    }
  }
}

/// A worker on its way to an I/O thread. CAF leaves an actor where it is when it is woken before its
/// turn there has ended, so it is waited for. Comes through wherever it ends.
class worker_shell::move_to {
public:
  move_to(worker_shell& who, compat::execution_context* where)
    : who_{who}, where_{where}, alive_{who.record().actor}, node_{who.context_.node_} {}
  move_to(const move_to&) = delete;
  move_to& operator=(const move_to&) = delete;
  ~move_to() {
    if (alive_)
      wake(nullptr);
  }

  static bool post(const std::shared_ptr<move_to>& moving) {
    return moving->node_->io_contexts.post(moving->where_, [moving] { arrive(moving); });
  }

  /// Was not posted: the worker stays.
  void cancel() noexcept { alive_ = nullptr; }

private:
  static void arrive(const std::shared_ptr<move_to>& moving) {
    if (!moving->who_.mailbox().blocked() && ++moving->waits_ < max_waits) {
      std::this_thread::yield();
      if (post(moving))
        return;
    }
    moving->wake(moving->where_);
  }

  void wake(compat::execution_context* context) {
    const auto alive = std::exchange(alive_, nullptr);
    compat::post(&who_, context, worker_signal{worker_signal::kind::mail});
  }

  worker_shell& who_;
  compat::execution_context* where_;
  caf::strong_actor_ptr alive_;
  std::shared_ptr<node_state> node_;
  int waits_ = 0;
};

/// Whether this goes on in a turn on the I/O thread that has brought mail. If answers came faster than
/// a turn ends, each message would otherwise cost two switches of threads, for ever.
bool worker_shell::moves_to_io() {
  auto& brought_by = record().io_context;
  auto* const to = brought_by.load(std::memory_order_relaxed);
  if (to == nullptr)
    return false;
  brought_by.store(nullptr, std::memory_order_relaxed);
  if (to == context() || record().pooled.load(std::memory_order_relaxed)
      || node().io_contexts.contains(context()))
    return false;
  const auto moving = std::make_shared<move_to>(*this, to);
  if (move_to::post(moving))
    return true;
  moving->cancel();
  return false;
}

/// A worker that takes long leaves the I/O thread to others. Once in a while it may be the machine's
/// doing: two long runs count, with few short ones in between.
void worker_shell::end_run(timers::clock::time_point began) {
  if (node().timers.coarse_now() - began <= long_run) {
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
  if (content.target().get() != &record()) {
    if (const auto* temporary = requests_ ? requests_->address_of(content) : nullptr)
      on_reply(*temporary, content);
    return;
  }
  if (!initialized_)
    initialize_object();
  if (ended_)
    return;
  if (object_->is_processor()) {
    take_in(std::move(content));
  } else if (held_) {
    keep(std::move(content));
  } else {
    handle(std::move(content));
  }
}

} // namespace ockam::internal
