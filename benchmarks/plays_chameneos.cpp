// Chameneos: creatures meet in a mall and change colours.

#include "plays.hpp"

#include <utility>

namespace bench {
namespace {

enum kind : std::int32_t { meet = last_of_judge + 1, change, fade, faded };

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

} // namespace bench
