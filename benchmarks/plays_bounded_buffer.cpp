// Bounded buffer: producers, consumers, and a buffer with room for a few items.

#include "plays.hpp"

#include <cmath>
#include <deque>

namespace bench {
namespace {

enum kind : std::int32_t { produce = last_of_judge + 1, item, hungry, exhausted };

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

} // namespace

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

} // namespace bench
