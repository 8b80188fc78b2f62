#include "ockam/actors/endpoint.hpp"

#include "node/node_state.hpp"
#include "outstanding_requests.hpp"
#include "retry.hpp"

#include "ockam/actors/transport/blocking.hpp"
#include "ockam/protocol/detail/recycled.hpp"
#include "ockam/protocol/text.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>

namespace ockam {

using internal::record_kind;
using internal::worker_record;
using deadline = std::optional<std::chrono::steady_clock::time_point>;

namespace {

deadline deadline_of(const std::optional<time_span>& timeout) {
  if (!timeout)
    return std::nullopt;
  return internal::moment_after(*timeout);
}

template <class Predicate>
bool wait_until(std::condition_variable& changed, std::unique_lock<std::mutex>& guard,
                const deadline& until, Predicate done) {
  if (until)
    return changed.wait_until(guard, *until, done);
  changed.wait(guard, done);
  return true;
}

} // namespace

/// The mailbox: messages wait here until a thread takes them.
struct endpoint::queue final : message_sink {
  explicit queue(std::size_t limit) : limit{limit} {}

  result<void> push(routed_message& content, compat::execution_context*) override {
    {
      const std::lock_guard guard{mutex};
      if (closed)
        return fail(errc::not_found, "the endpoint was closed");
      if (waiting.size() >= limit)
        return fail(errc::resource_exhausted,
                    "an endpoint has " + std::to_string(limit)
                      + " messages waiting (max-endpoint-queue); receive them faster");
      waiting.push_back(std::move(content));
    }
    changed.notify_one();
    return {};
  }

  void close() override {
    std::deque<routed_message> dropped; // destroyed without the lock
    {
      const std::lock_guard guard{mutex};
      closed = true;
      dropped.swap(waiting);
    }
    changed.notify_all();
  }

  /// An attempt of the request whose reply is awaited here begins; earlier ones cannot fail any more.
  void begin_attempt(unsigned number) {
    const std::lock_guard guard{mutex};
    attempt = number;
    failed = nullptr;
  }

  /// An attempt has failed: its requester need not wait for a reply.
  void fail_with(const error& cause, unsigned number) {
    {
      const std::lock_guard guard{mutex};
      if (number != attempt)
        return;
      failed = std::make_unique<const error>(cause);
    }
    changed.notify_all();
  }

  /// The oldest message that `record` admits; denied ones are skipped while the limit runs (RCV-3).
  result<routed_message> take(worker_record& record, const deadline& until) {
    for (;;) {
      std::unique_lock guard{mutex};
      if (!wait_until(changed, guard, until,
                      [this] { return closed || !waiting.empty() || failed; }))
        return fail(errc::timeout, "no message came to " + escaped(to_string(record.primary()))
                                     + " in time; raise the time-out, or check the route and flow "
                                       "control on the way back");
      if (waiting.empty() && failed)
        return fail(*failed);
      if (closed)
        return fail(errc::not_found, escaped(to_string(record.primary())) + " was closed");
      auto content = std::move(waiting.front());
      waiting.pop_front();
      guard.unlock();
      content.set_handled();
      if (internal::is_expired(content.local_message())) {
        record.counters->drop(drop_reason::expired, content.local_message());
      } else if (record.admits(content)) {
        record.count(&internal::traffic::delivered);
        return content;
      }
    }
  }

  const std::size_t limit;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<routed_message> waiting;
  std::unique_ptr<const error> failed; // the attempt whose reply is awaited here
  unsigned attempt = 0;
  bool closed = false;
};

namespace {

/// One attempt of a thread's request; the thread waits at a queue of its own.
template <class Queue>
class thread_request final : public pending_request,
                             public internal::recycled<thread_request<Queue>> {
public:
  thread_request(std::shared_ptr<Queue> replies, unsigned attempt)
    : replies_{std::move(replies)}, attempt_{attempt} {}

  void fail(const error& cause) noexcept override {
    const auto replies = take_replies(phase::given_up);
    if (replies)
      replies->fail_with(cause, attempt_);
  }
  void finish(bool with_reply) noexcept {
    take_replies(with_reply ? phase::answered : phase::given_up);
  }

private:
  std::shared_ptr<Queue> take_replies(phase how) noexcept {
    const std::lock_guard guard{lock_};
    end(how);
    return std::exchange(replies_, nullptr);
  }

  internal::spin_lock lock_;
  std::shared_ptr<Queue> replies_; // until it has ended
  const unsigned attempt_;
};

/// Wakes a thread that waits for room in an output.
class room_signal final : public capacity_listener {
public:
  void wake() noexcept override {
    {
      const std::lock_guard guard{mutex_};
      woken_ = true;
    }
    changed_.notify_all();
  }
  bool wait(const deadline& until) {
    std::unique_lock guard{mutex_};
    return wait_until(changed_, guard, until, [this] { return woken_; });
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
};

/// Waits until the connection at the first address takes a message of this size, or is no more.
bool wait_for_room(internal::node_state& node, const message& content, const deadline& until) {
  const auto size = content.payload().size() + content.onward_route().encoded().size();
  for (;;) {
    const auto next = node.table.find(content.onward_route().front());
    if (!next || next.record->kind != record_kind::sink)
      return true;
    auto& output = *next.record->sink;
    if (output.wait_for_room(size, {}) == message_sink::room::available)
      return true;
    const auto signal = make_ref<room_signal>();
    if (output.wait_for_room(size, signal) == message_sink::room::available)
      return true;
    if (!signal->wait(until))
      return false;
  }
}

/// Without room in time the send fails as one that does not wait.
result<void> send_when_there_is_room(internal::node_state& node, worker_record& from,
                                     message content, const deadline& until) {
  if (!content.onward_route().empty() && may_block() && !node.is_inherited()
      && wait_for_room(node, content, until))
    content.set_waited_for_room();
  return node.send(from, 0, std::move(content), nullptr);
}

} // namespace

namespace {

/// A request of a thread until its end: the thread waits for the reply, and between attempts.
template <class Queue>
class thread_attempts {
public:
  /// @param replies  the queue at the address of `record`
  thread_attempts(internal::node_state& node, worker_record& record, std::shared_ptr<Queue> replies,
                  message content, const request_options& options)
    : node_{node},
      record_{record},
      replies_{std::move(replies)},
      content_{std::move(content)},
      options_{options} {}

  result<routed_message> run() {
    auto reply = attempt();
    while (!reply && internal::may_repeat(options_.retry, made(), reply.error())) {
      auto late = pause();
      const bool is_over = late || late.error() != errc::timeout;
      reply = is_over ? std::move(late) : attempt();
      if (is_over)
        break;
    }
    reply = std::move(reply).and_then(internal::as_reply);
    for (const auto& each : tickets_)
      each->finish(reply.has_value());
    return reply || reply.error() == errc::remote ? std::move(reply)
                                                  : fail(why_none(reply.error()));
  }

private:
  [[nodiscard]] unsigned made() const noexcept { return static_cast<unsigned>(tickets_.size()); }

  result<routed_message> attempt() {
    const auto until = deadline_of(options_.timeout);
    const auto number = made() + 1;
    tickets_.push_back(make_ref<thread_request<Queue>>(replies_, number));
    replies_->begin_attempt(number);
    if (number > 1)
      node_.admit_replies(record_, address{content_.onward_route().front()});
    auto content = content_;
    content.set_request(tickets_.back());
    return send_when_there_is_room(node_, record_, std::move(content), until).and_then([&] {
      return replies_->take(record_, until);
    });
  }

  /// Until the next attempt; a reply that comes now ends the request as well.
  result<routed_message> pause() {
    replies_->begin_attempt(0); // none can fail
    return replies_->take(record_,
                          internal::moment_after(internal::pause_after(options_.retry, made())));
  }

  error why_none(const error& why) {
    if (why != errc::timeout)
      return internal::after_attempts(made(), why);
    node_.remember_unanswered(record_.primary());
    return internal::after_attempts(
      made(), options_.timeout ? node_.no_reply(content_.onward_route(), *options_.timeout) : why);
  }

  internal::node_state& node_;
  worker_record& record_;
  const std::shared_ptr<Queue> replies_;
  const message content_;
  const request_options& options_;
  std::vector<ref_ptr<thread_request<Queue>>> tickets_; // one for each attempt
};

} // namespace

endpoint::endpoint(std::shared_ptr<internal::node_state> node, ref_ptr<worker_record> record,
                   std::shared_ptr<queue> inbox)
  : sender{std::move(node), std::move(record)}, inbox_{std::move(inbox)} {}

// What was moved from keeps its name and node, so that a call by mistake does not crash.
// NOLINTNEXTLINE(performance-move-constructor-init): hence the copy
endpoint::endpoint(endpoint&& other) noexcept : sender{other}, inbox_{std::move(other.inbox_)} {}

endpoint& endpoint::operator=(endpoint&& other) noexcept {
  if (this != &other) {
    close();
    sender::operator=(other);
    inbox_ = std::move(other.inbox_);
  }
  return *this;
}

endpoint::~endpoint() {
  close();
}

void endpoint::close() noexcept {
  if (!inbox_)
    return;
  const auto inbox = std::exchange(inbox_, nullptr); // in a child of fork its record keeps it
  if (node_->is_inherited())
    return;
  node_->remove(*record_);
  inbox->close();
}

result<endpoint> endpoint::open(std::shared_ptr<internal::node_state> node, mailboxes at) {
  if (auto valid = node->check_process().and_then([&] { return internal::check(at); }); !valid)
    return fail(std::move(valid.error()));
  auto record = make_ref<worker_record>(std::move(at), record_kind::endpoint, node->counters);
  auto inbox = std::make_shared<queue>(node->options.max_endpoint_queue);
  record->sink = inbox;
  record->set_ready({});
  if (auto inserted = node->table.insert(record); !inserted)
    return fail(std::move(inserted.error()));
  return endpoint{std::move(node), std::move(record), std::move(inbox)};
}

result<endpoint> sender::make_endpoint(mailboxes at) {
  auto opened = endpoint::open(node_, std::move(at));
  if (opened)
    opened->tracing_ = tracing_;
  return opened;
}

result<endpoint> sender::make_endpoint() {
  return make_endpoint(mailboxes{address::random()}.closed_by_default());
}

result<routed_message> endpoint::take(receive_options options) {
  if (auto allowed = node_->check_may_wait("receive", "let a worker handle the messages",
                                           options.timeout);
      !allowed)
    return fail(std::move(allowed.error()));
  const auto inbox = inbox_; // the endpoint may be destroyed by another thread meanwhile (MAP-12)
  const auto record = record_;
  if (!inbox)
    return fail(errc::not_found, "this endpoint was moved from or closed");
  return inbox->take(*record, deadline_of(options.timeout));
}

result<routed_message> endpoint::request(route to, result<shared_bytes> payload,
                                         request_options options) {
  if (auto allowed = node_->check_may_wait(
        "send_and_receive", "give context::send_and_receive a function that takes the reply");
      !allowed)
    return fail(std::move(allowed.error()));
  auto first_hop = to.next();
  if (!first_hop)
    return fail(std::move(first_hop.error()));
  auto record = node_->make_reply_record(to, options, record_kind::endpoint);
  auto inbox = std::make_shared<queue>(node_->options.max_endpoint_queue);
  record->sink = inbox;
  if (auto inserted = node_->insert_reply_record(record, *first_hop); !inserted)
    return fail(std::move(inserted.error()));
  const endpoint temporary{node_, record, inbox}; // gone with its consumer entry on return (SRQ-7)
  if (!payload)
    return fail(node_->unsendable(to, payload.error()));
  message content{std::move(to), route{record->primary()}, std::move(*payload)};
  if (tracing_)
    content = std::move(content).set_tracing_context(*tracing_);
  return thread_attempts<queue>{*node_, *record, std::move(inbox), std::move(content), options}
    .run();
}

result<void> endpoint::send_with_room(route to, result<shared_bytes> payload,
                                      send_options options) {
  return make_message(0, std::move(to), std::move(payload), {}).and_then([&](message&& content) {
    return send_when_there_is_room(*node_, *record_, std::move(content),
                                   deadline_of(options.timeout));
  });
}

result<void> endpoint::wait_for(const address& any, receive_options options) {
  if (auto allowed = node_->check_may_wait(
        "wait_for", "send at once, for messages wait until their worker is ready", options.timeout);
      !allowed)
    return allowed;
  struct outcome {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<result<void>> value;
  };
  const auto found = node_->table.find(any);
  if (!found)
    return fail(node_->failed_start(any).value_or(node_->unknown(any)));
  const auto shared = std::make_shared<outcome>();
  found.record->when_ready([shared](result<void> value) {
    const std::lock_guard guard{shared->mutex};
    shared->value = std::move(value);
    shared->changed.notify_all();
  });
  std::unique_lock guard{shared->mutex};
  if (!wait_until(shared->changed, guard, deadline_of(options.timeout),
                  [&] { return shared->value.has_value(); }))
    return fail(errc::timeout, escaped(to_string(any)) + " did not become ready in time");
  return *shared->value;
}

} // namespace ockam
