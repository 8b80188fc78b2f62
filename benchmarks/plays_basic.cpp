// Savina's small benchmarks: what one thing costs.

#include "plays.hpp"

#include <atomic>
#include <cmath>

namespace bench {
namespace {

enum kind : std::int32_t { tick, query, answer }; // tick is also what starts a play

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

/// Passes the token on until it is used up; then player 0 hears of it.
std::unique_ptr<player> make_ring_member(finish_line& done, std::size_t own, std::size_t members) {
  return make_player([&done, own, members](stage& where, const memo& what) {
    if (what.value > 0)
      where.send((own + 1) % members, {tick, 0, what.value - 1});
    else if (own > 0)
      where.send(0, {tick, 0, 0});
    else
      done.cross();
  });
}

cast_list ring_cast(finish_line& done, std::size_t members) {
  cast_list players;
  for (std::size_t i = 0; i < members; ++i)
    players.push_back(make_ring_member(done, i, members));
  return players;
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

/// Player 0, missing, and player 1.
cast_list second(std::unique_ptr<player> played) {
  cast_list players(1);
  players.push_back(std::move(played));
  return players;
}

/// Leaves out those with even numbers, or those with odd ones.
cast_list without(cast_list all, std::size_t remainder) {
  for (std::size_t i = remainder; i < all.size(); i += 2)
    all[i].reset();
  return all;
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

/// Plays with a cast of `first` and `second`, nullptr when on another stage.
void perform_two(theatre& on, std::unique_ptr<player> first, std::unique_ptr<player> second) {
  cast_list players;
  players.push_back(std::move(first));
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

void perform_from_last(theatre& on, cast_list players) {
  const auto last = players.size() - 1;
  on.done().begin();
  on.open(std::move(players));
  on.send(last, {start, 0, 0});
  on.done().wait();
}

cast_list part_of(cast_list all, stages on) {
  return on == stages::one ? std::move(all) : without(std::move(all), 1);
}

cast_list cast_elsewhere(const std::string& of) {
  static finish_line never_crossed; // by players in another process
  if (of == "pong")
    return second(make_pong());
  if (of == "counter")
    return second(make_counter());
  if (of == "ring")
    return without(ring_cast(never_crossed, ring_members), 0);
  if (of == "big")
    return without(big_cast(never_crossed, big_actors, 0), 0);
  if (of == "bank")
    return without(bank_cast(never_crossed, bank_accounts, 0), 0);
  throw std::runtime_error{"there is no play " + of + " for another process"};
}

std::unique_ptr<player> make_judge(finish_line& done, judged players) {
  return make_player(
    [&done, players, left = players.count](stage& where, const memo& what) mutable {
      if (what.kind == finished) {
        if (--left == 0)
          done.cross();
        return;
      }
      for (std::size_t i = players.first; i < players.first + players.count; ++i)
        where.send(i, {start, 0, players.value});
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

play thread_ring(std::size_t actors, stages on) {
  return [actors, on](theatre& at, std::size_t n) {
    at.done().begin();
    at.open(part_of(ring_cast(at.done(), actors), on));
    at.send(0, {tick, 0, static_cast<std::int64_t>(n)});
    at.done().wait();
  };
}

} // namespace bench
