#include "ockam/transports/io/loop_thread.hpp"

#include "ockam/actors/transport/blocking.hpp"

#include <future>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace ockam::internal {

namespace {

/// How long an actor may keep a loop that has to end.
constexpr std::chrono::seconds longest_handler{5};

/// An actor that runs when two looks see it keeps the thread.
constexpr std::chrono::milliseconds between_looks{10};

/// One of them has the loop, the others are kept by actors.
constexpr std::size_t max_loop_threads = 64;

} // namespace

struct loop_thread::state : std::enable_shared_from_this<loop_thread::state> {
  struct running {
    std::thread thread;
    std::future<void> ended;
  };

  state(node_ptr own_node, inline_executor& of_the_loop)
    : node{std::move(own_node)}, actors{of_the_loop} {}

  void start_thread(std::uint64_t steps);
  void look_later(std::uint64_t seen, bool is_last);
  void look(std::uint64_t seen, bool is_last);
  void hand_over(std::uint64_t steps);

  const node_ptr node;
  inline_executor& actors; // as long as `run` is there
  std::mutex mutex;
  std::function<void()> run; // none before the start, and from the stop on
  std::vector<running> threads;
};

loop_thread::loop_thread(node_ptr node)
  : actors_{node->actor_system()}, state_{std::make_shared<state>(std::move(node), actors_)} {
  actors_.set_watch([own = state_.get()] {
    if (own->actors.begin_watch())
      own->look_later(own->actors.steps(), false);
  });
}

/// One of the threads may be the last that lets go of the loop, and is not waited for without a limit.
loop_thread::~loop_thread() {
  for (auto& each : state_->threads)
    each.thread.detach();
}

void loop_thread::start(std::function<void()> run) {
  const std::lock_guard guard{state_->mutex};
  state_->run = std::move(run);
  try {
    state_->start_thread(actors_.steps());
  } catch (const std::system_error& failed) {
    state_->run = nullptr;
    throw failure{error{failed.code(), "starting an I/O thread; raise the limit of threads "
                                       "(ulimit -u, or that of the container)"}};
  }
}

void loop_thread::state::start_thread(std::uint64_t steps) {
  std::promise<void> ended;
  auto future = ended.get_future();
  threads.push_back(
    {std::thread{[this_run = run, &its_actors = actors, steps, ended = std::move(ended)]() mutable {
       const no_blocking here;
       if (its_actors.take_over(steps))
         this_run();
       this_run = nullptr;
       ended.set_value();
     }},
     std::move(future)});
}

// -- an actor that keeps the thread ----------------------------------------------------------------

/// The thread that has the loop looks after nothing: a timer does, while actors run. When none has run
/// between two looks it ends, after one more for a run that began unseen.
void loop_thread::state::look_later(std::uint64_t seen, bool is_last) {
  try {
    node->call_later(between_looks, [weak = weak_from_this(), seen, is_last] {
      if (const auto me = weak.lock())
        me->look(seen, is_last);
    });
  } catch (const std::exception&) { // no thread or no memory: this run is not watched
    actors.end_watch();
  }
}

void loop_thread::state::look(std::uint64_t seen, bool is_last) {
  const std::lock_guard guard{mutex};
  if (!run)
    return;
  const auto now = actors.steps();
  const bool is_kept = now == seen && now % 2 != 0;
  const bool is_idle = now == seen && now % 2 == 0;
  if (is_kept)
    hand_over(now);
  if (is_last && (is_idle || !actors.begin_watch()))
    return;
  if (is_idle)
    actors.end_watch();
  look_later(now, is_idle);
}

void loop_thread::state::hand_over(std::uint64_t steps) {
  std::erase_if(threads, [](running& each) {
    if (each.ended.wait_for(std::chrono::seconds{0}) != std::future_status::ready)
      return false;
    each.thread.join();
    return true;
  });
  if (threads.size() >= max_loop_threads)
    return;
  try {
    start_thread(steps);
  } catch (const std::exception&) {
    return; // the next look tries again
  }
  node->log().report(log_level::debug, [] {
    return "a handler keeps an I/O thread; another one goes on with its connections";
  });
}

// -- the end ---------------------------------------------------------------------------------------

bool loop_thread::stop(std::chrono::milliseconds grace, const std::function<void()>& force) {
  std::function<void()> run; // destroyed last: it holds this
  std::vector<state::running> threads;
  {
    const std::lock_guard guard{state_->mutex};
    run.swap(state_->run);
    threads.swap(state_->threads);
  }
  const auto all_end_by = [&](std::chrono::steady_clock::time_point limit) {
    return std::ranges::all_of(threads, [&](const auto& each) {
      return each.ended.wait_until(limit) == std::future_status::ready;
    });
  };
  if (!all_end_by(std::chrono::steady_clock::now() + grace)) {
    force();
    all_end_by(std::chrono::steady_clock::now() + longest_handler);
  }
  for (auto& each : threads) {
    if (each.ended.wait_for(std::chrono::seconds{0}) == std::future_status::ready) {
      each.thread.join();
      continue;
    }
    each.thread.detach();
    state_->node->log().say(
      log_level::warning, "an I/O thread is left behind: a handler or an observer does not return");
  }
  return !threads.empty();
}

} // namespace ockam::internal
