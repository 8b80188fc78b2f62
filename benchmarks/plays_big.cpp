// Big: everyone pings others at random.

#include "plays.hpp"

namespace bench {
namespace {

enum kind : std::int32_t { ping = last_of_judge + 1, pong };

/// Pings one of the others at random, and the next one when the answer is there, as often as the memo
/// to start says; then tells the judge.
class big_member final : public player {
public:
  big_member(std::size_t own, std::size_t actors)
    : own_{own}, actors_{actors}, random_{random_for(own)} {}

  void on(stage& where, const memo& what) override {
    if (what.kind == ping)
      return where.send(index_of(what.from), {pong, id(own_), 0});
    if (what.kind == start)
      left_ = what.value;
    if (left_-- == 0)
      where.send(actors_, {finished, id(own_), 0});
    else
      where.send(random_() % actors_, {ping, id(own_), 0});
  }

private:
  std::size_t own_;
  std::size_t actors_;
  std::int64_t left_ = 0;
  std::minstd_rand random_;
};

} // namespace

cast_list big_cast(finish_line& done, std::size_t actors, std::size_t pings) {
  cast_list players;
  for (std::size_t i = 0; i < actors; ++i)
    players.push_back(std::make_unique<big_member>(i, actors));
  players.push_back(make_judge(done, {.count = actors, .value = static_cast<std::int64_t>(pings)}));
  return players;
}

play big(std::size_t actors, stages on) {
  return [actors, on](theatre& at, std::size_t n) {
    perform_from_last(at, part_of(big_cast(at.done(), actors, n / actors), on));
  };
}

} // namespace bench
