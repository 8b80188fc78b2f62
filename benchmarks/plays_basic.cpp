// Savina's small benchmarks: what one thing costs.

#include "plays.hpp"

#include <atomic>
#include <cmath>

namespace bench {
namespace {

enum kind : std::int32_t { tick, query, answer };

std::unique_ptr<player> make_ping(finish_line& done, std::size_t left) {
  return make_player([&done, left](stage& where, const memo&) mutable {
    if (left-- == 0)
      done.cross();
    else
      where.send(1, {tick, 0, 0});
  });
}

/// Sends increments to player 1 and asks for the sum, again and again.
std::unique_ptr<player> make_producer(finish_line& done, std::size_t all, std::size_t batch) {
  return make_player(
    [&done, all, batch, left = all, sum = std::int64_t{0}](stage& where, const memo& what) mutable {
      sum += what.value;
      if (left == 0)
        return done.cross(sum == static_cast<std::int64_t>(all) ? "" : "the sum is wrong");
      const auto count = std::min(batch, left);
      left -= count;
      for (std::size_t i = 0; i < count; ++i)
        where.send(1, {tick, 0, 1});
      where.send(1, {query, 0, 0});
    });
}

std::unique_ptr<player> make_ring_member(finish_line& done, std::size_t next) {
  return make_player([&done, next](stage& where, const memo& what) {
    if (what.value == 0)
      done.cross();
    else
      where.send(next, {tick, 0, what.value - 1});
  });
}

/// As much work as the benchmark does for one message.
void compute() {
  const volatile double seed = 37.2;
  keep(std::sin(seed) * std::sin(seed));
}

/// Crosses the line when it has been told as often as said.
class countdown {
public:
  countdown(finish_line& done, std::size_t count) : done_{done}, left_{count} {}
  void count() {
    if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      done_.cross();
  }

private:
  finish_line& done_;
  std::atomic<std::size_t> left_;
};

/// Plays with a cast of `first` and, unless it is elsewhere, `second`.
void perform_two(theatre& on, std::unique_ptr<player> first, std::unique_ptr<player> second) {
  cast_list players;
  players.push_back(std::move(first));
  if (second)
    players.push_back(std::move(second));
  perform(on, std::move(players));
}

} // namespace

void perform(theatre& on, cast_list players) {
  on.done().begin();
  on.open(std::move(players));
  on.send(0, {tick, 0, 0});
  on.done().wait();
}

std::unique_ptr<player> make_pong() {
  return make_player([](stage& where, const memo&) { where.reply({tick, 1, 0}); });
}

std::unique_ptr<player> make_counter() {
  return make_player([sum = std::int64_t{0}](stage& where, const memo& what) mutable {
    if (what.kind == query)
      where.reply({answer, 1, std::exchange(sum, 0)});
    else
      sum += what.value;
  });
}

play ping_pong() {
  return [](theatre& on, std::size_t n) { perform_two(on, make_ping(on.done(), n), make_pong()); };
}

play split_ping_pong() {
  return [](theatre& on, std::size_t n) { perform_two(on, make_ping(on.done(), n), nullptr); };
}

play counting() {
  return [](theatre& on, std::size_t n) {
    perform_two(on, make_producer(on.done(), n, n), make_counter());
  };
}

play split_counting(std::size_t batch) {
  return [batch](theatre& on, std::size_t n) {
    perform_two(on, make_producer(on.done(), n, batch), nullptr);
  };
}

play fork_join_throughput(std::size_t actors) {
  return [actors](theatre& on, std::size_t n) {
    const auto left = std::make_shared<countdown>(on.done(), n);
    cast_list players;
    for (std::size_t i = 0; i < actors; ++i)
      players.push_back(make_player([left](stage&, const memo&) {
        compute();
        left->count();
      }));
    on.done().begin();
    on.open(std::move(players));
    for (std::size_t i = 0; i < n; ++i)
      on.send(i % actors, {});
    on.done().wait();
  };
}

play fork_join_create() {
  return [](theatre& on, std::size_t n) {
    const auto left = std::make_shared<countdown>(on.done(), n);
    cast_list players;
    for (std::size_t i = 0; i < n; ++i)
      players.push_back(make_player([left](stage& where, const memo&) {
        compute();
        where.quit();
        left->count();
      }));
    on.done().begin();
    on.open(std::move(players));
    for (std::size_t i = 0; i < n; ++i)
      on.send(i, {});
    on.done().wait();
  };
}

play thread_ring(std::size_t actors) {
  return [actors](theatre& on, std::size_t n) {
    cast_list players;
    for (std::size_t i = 0; i < actors; ++i)
      players.push_back(make_ring_member(on.done(), (i + 1) % actors));
    on.done().begin();
    on.open(std::move(players));
    on.send(0, {tick, 0, static_cast<std::int64_t>(n)});
    on.done().wait();
  };
}

} // namespace bench
