// Savina's concurrency benchmarks: many actors and one that they all need.

#include "plays.hpp"

#include <cmath>
#include <deque>
#include <random>
#include <unordered_map>

namespace bench {
namespace {

enum kind : std::int32_t {
  start,
  // chameneos
  meet,
  change,
  fade,
  faded,
  // big
  ping,
  pong,
  finished,
  // dictionary
  look_up,
  store,
  result,
  // bounded buffer
  produce,
  item,
  hungry,
  exhausted,
  // bank
  transfer,
  debit,
  debited,
  credited,
};

/// The same numbers in each run.
std::minstd_rand random_for(std::size_t player) {
  return std::minstd_rand{static_cast<std::uint_fast32_t>(player * 7919 + 17)};
}

std::int32_t id(std::size_t index) {
  return static_cast<std::int32_t>(index);
}
std::size_t index_of(std::int32_t id) {
  return static_cast<std::size_t>(id);
}

// -- chameneos ------------------------------------------------------------------------------------

/// The mall, player 0: two by two, until there have been enough meetings.
class mall final : public player {
public:
  mall(finish_line& done, std::size_t meetings, std::size_t creatures)
    : done_{done}, meetings_{meetings}, left_{meetings}, creatures_{creatures} {}

  void on(stage& where, const memo& what) override {
    if (what.kind == start) {
      for (std::size_t i = 1; i <= creatures_; ++i)
        where.send(i, {start, 0, 0});
    } else if (what.kind == faded) {
      met_ += static_cast<std::size_t>(what.value);
      if (++faded_ == creatures_)
        done_.cross(met_ == 2 * meetings_ ? "" : "creatures met too rarely");
    } else if (left_ == 0) {
      where.send(index_of(what.from), {fade, 0, 0});
    } else if (waiting_ == 0) {
      waiting_ = what.from;
    } else {
      --left_;
      where.send(index_of(std::exchange(waiting_, 0)), what);
    }
  }

private:
  finish_line& done_;
  std::size_t meetings_;
  std::size_t left_;
  std::size_t creatures_;
  std::size_t met_ = 0;
  std::size_t faded_ = 0;
  std::int32_t waiting_ = 0;
};

class creature final : public player {
public:
  explicit creature(std::size_t own) : own_{id(own)}, color_{id(own) % 3} {}

  void on(stage& where, const memo& what) override {
    switch (what.kind) {
      case meet: // another one, by way of the mall
        become(what.value);
        where.send(index_of(what.from), {change, own_, color_});
        return go_on(where);
      case change:
        color_ = what.value;
        return go_on(where);
      case fade:
        return where.send(0, {faded, own_, meetings_});
      default:
        where.send(0, {meet, own_, color_});
    }
  }

private:
  void become(std::int64_t other) {
    if (color_ != other)
      color_ = 3 - color_ - other;
  }
  void go_on(stage& where) {
    ++meetings_;
    where.send(0, {meet, own_, color_});
  }

  std::int32_t own_;
  std::int64_t color_;
  std::int64_t meetings_ = 0;
};

// -- big ------------------------------------------------------------------------------------------

/// Pings one of the others at random, and the next one when the answer is there. Player `actors` is
/// told at the end.
class big_member final : public player {
public:
  big_member(std::size_t own, std::size_t actors, std::size_t pings)
    : own_{own}, actors_{actors}, left_{pings}, random_{random_for(own)} {}

  void on(stage& where, const memo& what) override {
    if (what.kind == ping)
      where.send(index_of(what.from), {pong, id(own_), 0});
    else if (left_-- == 0)
      where.send(actors_, {finished, id(own_), 0});
    else
      where.send(random_() % actors_, {ping, id(own_), 0});
  }

private:
  std::size_t own_;
  std::size_t actors_;
  std::size_t left_;
  std::minstd_rand random_;
};

// -- concurrent dictionary ------------------------------------------------------------------------

std::unique_ptr<player> make_dictionary() {
  return make_player([values = std::unordered_map<std::int64_t, std::int64_t>{}](
                       stage& where, const memo& what) mutable {
    if (what.kind == store)
      values[what.value] = what.value;
    const auto found = values.find(what.value);
    where.send(index_of(what.from), {result, 0, found == values.end() ? 0 : found->second});
  });
}

std::unique_ptr<player> make_reader(std::size_t own, std::size_t requests, int percent_writes,
                                    std::size_t judge) {
  return make_player([own, percent_writes, judge, left = requests,
                      random = random_for(own)](stage& where, const memo&) mutable {
    if (left-- == 0)
      return where.send(judge, {finished, id(own), 0});
    constexpr std::uint_fast32_t keys = 524'287;
    const bool writes = static_cast<int>(random() % 100) < percent_writes;
    where.send(0, {writes ? store : look_up, id(own), static_cast<std::int64_t>(random() % keys)});
  });
}

// -- bounded buffer -------------------------------------------------------------------------------

/// 100 logarithms for each unit of cost.
double work(std::minstd_rand& random, int cost) {
  double sum = 0;
  for (int i = 0; i < 100 * cost; ++i)
    sum += std::log(static_cast<double>(random() % 10'000 + 1));
  return sum;
}

/// The buffer, player 0; producers come next, then consumers.
class buffer final : public player {
public:
  buffer(finish_line& done, buffer_parameters with)
    : done_{done}, with_{with}, room_{with.capacity - with.producers} {}

  void on(stage& where, const memo& what) override {
    switch (what.kind) {
      case item:
        if (hungry_.empty())
          items_.push_back(what);
        else
          feed(where, what);
        if (items_.size() >= room_)
          idle_.push_back(what.from);
        else
          where.send(index_of(what.from), {produce, 0, 0});
        break;
      case hungry:
        hungry_.push_back(what.from);
        if (!items_.empty()) {
          feed(where, items_.front());
          items_.pop_front();
          if (!idle_.empty())
            where.send(index_of(take(idle_)), {produce, 0, 0});
        }
        break;
      case exhausted:
        ++exhausted_;
        break;
      default:
        begin(where);
        return;
    }
    if (exhausted_ == with_.producers && hungry_.size() == with_.consumers)
      done_.cross();
  }

private:
  void begin(stage& where) {
    for (std::size_t i = 1; i <= with_.producers; ++i)
      where.send(i, {produce, 0, 0});
    for (std::size_t i = 1; i <= with_.consumers; ++i)
      hungry_.push_back(id(with_.producers + i));
  }
  void feed(stage& where, const memo& what) {
    where.send(index_of(take(hungry_)), {item, 0, what.value});
  }
  static std::int32_t take(std::deque<std::int32_t>& from) {
    const auto first = from.front();
    from.pop_front();
    return first;
  }

  finish_line& done_;
  buffer_parameters with_;
  std::size_t room_;
  std::size_t exhausted_ = 0;
  std::deque<memo> items_;
  std::deque<std::int32_t> hungry_;
  std::deque<std::int32_t> idle_;
};

std::unique_ptr<player> make_maker(std::size_t own, std::size_t items, int cost) {
  return make_player(
    [own, cost, left = items, random = random_for(own)](stage& where, const memo&) mutable {
      if (left == 0)
        return where.send(0, {exhausted, id(own), 0});
      --left;
      keep(work(random, cost));
      where.send(0, {item, id(own), static_cast<std::int64_t>(left)});
    });
}

std::unique_ptr<player> make_eater(std::size_t own, int cost) {
  return make_player([own, cost, random = random_for(own)](stage& where, const memo&) mutable {
    keep(work(random, cost));
    where.send(0, {hungry, id(own), 0});
  });
}

// -- bank -----------------------------------------------------------------------------------------

constexpr std::int64_t amounts = 1'000; // a transfer is destination * amounts + amount

/// The teller, player 0: all transactions at once.
std::unique_ptr<player> make_teller(finish_line& done, std::size_t accounts,
                                    std::size_t transactions) {
  return make_player([&done, accounts, transactions, left = transactions,
                      random = random_for(0)](stage& where, const memo& what) mutable {
    if (what.kind == credited) {
      if (--left == 0)
        done.cross();
      return;
    }
    for (std::size_t i = 0; i < transactions; ++i) {
      const auto from = 1 + random() % accounts;
      auto to = 1 + random() % accounts;
      if (to == from)
        to = 1 + to % accounts;
      where.send(from, {transfer, 0,
                        static_cast<std::int64_t>(to) * amounts
                          + static_cast<std::int64_t>(random() % amounts)});
    }
  });
}

/// Moves money to another account and waits until it is there before the next transfer begins.
class account final : public player {
public:
  explicit account(std::size_t own) : own_{id(own)} {}

  void on(stage& where, const memo& what) override {
    switch (what.kind) {
      case transfer:
        waiting_.push_back(what.value);
        if (waiting_.size() == 1)
          begin(where);
        break;
      case debit:
        balance_ += what.value;
        where.send(index_of(what.from), {debited, own_, 0});
        break;
      default: // debited
        where.send(0, {credited, own_, 0});
        waiting_.pop_front();
        if (!waiting_.empty())
          begin(where);
    }
  }

private:
  void begin(stage& where) {
    const auto amount = waiting_.front() % amounts;
    balance_ -= amount;
    where.send(static_cast<std::size_t>(waiting_.front() / amounts), {debit, own_, amount});
  }

  std::int32_t own_;
  std::int64_t balance_ = 0;
  std::deque<std::int64_t> waiting_;
};

/// Tells players 0 to `count`, except itself, to start; then waits for as many to finish.
std::unique_ptr<player> make_judge(finish_line& done, std::size_t first, std::size_t count) {
  return make_player([&done, first, count, left = count](stage& where, const memo& what) mutable {
    if (what.kind == finished) {
      if (--left == 0)
        done.cross();
      return;
    }
    for (std::size_t i = first; i < first + count; ++i)
      where.send(i, {start, 0, 0});
  });
}

/// Lets them play from a memo for the last of them.
void perform_from_last(theatre& on, cast_list players) {
  const auto last = players.size() - 1;
  on.done().begin();
  on.open(std::move(players));
  on.send(last, {start, 0, 0});
  on.done().wait();
}

} // namespace

play chameneos(std::size_t creatures) {
  return [creatures](theatre& on, std::size_t n) {
    cast_list players;
    players.push_back(std::make_unique<mall>(on.done(), n, creatures));
    for (std::size_t i = 1; i <= creatures; ++i)
      players.push_back(std::make_unique<creature>(i));
    perform(on, std::move(players));
  };
}

play big(std::size_t actors) {
  return [actors](theatre& on, std::size_t n) {
    cast_list players;
    for (std::size_t i = 0; i < actors; ++i)
      players.push_back(std::make_unique<big_member>(i, actors, n / actors));
    players.push_back(make_judge(on.done(), 0, actors));
    perform_from_last(on, std::move(players));
  };
}

play dictionary(std::size_t workers, int percent_writes) {
  return [workers, percent_writes](theatre& on, std::size_t n) {
    cast_list players;
    players.push_back(make_dictionary());
    for (std::size_t i = 1; i <= workers; ++i)
      players.push_back(make_reader(i, n / workers, percent_writes, workers + 1));
    players.push_back(make_judge(on.done(), 1, workers));
    perform_from_last(on, std::move(players));
  };
}

play bounded_buffer(buffer_parameters with) {
  return [with](theatre& on, std::size_t n) {
    cast_list players;
    players.push_back(std::make_unique<buffer>(on.done(), with));
    for (std::size_t i = 1; i <= with.producers; ++i)
      players.push_back(make_maker(i, n / with.producers, with.cost));
    for (std::size_t i = 1; i <= with.consumers; ++i)
      players.push_back(make_eater(with.producers + i, with.cost));
    perform(on, std::move(players));
  };
}

play bank(std::size_t accounts) {
  return [accounts](theatre& on, std::size_t n) {
    cast_list players;
    players.push_back(make_teller(on.done(), accounts, n));
    for (std::size_t i = 1; i <= accounts; ++i)
      players.push_back(std::make_unique<account>(i));
    perform(on, std::move(players));
  };
}

} // namespace bench
