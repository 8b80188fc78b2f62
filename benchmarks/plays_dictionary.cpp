// Concurrent dictionary: readers, writers, and one owner.

#include "plays.hpp"

#include <unordered_map>

namespace bench {
namespace {

enum kind : std::int32_t { look_up = last_of_judge + 1, store, result };

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

} // namespace

play dictionary(std::size_t workers, int percent_writes) {
  return [workers, percent_writes](theatre& on, std::size_t n) {
    cast_list players;
    players.push_back(make_dictionary());
    for (std::size_t i = 1; i <= workers; ++i)
      players.push_back(make_reader(i, n / workers, percent_writes, workers + 1));
    players.push_back(make_judge(on.done(), {.first = 1, .count = workers}));
    perform_from_last(on, std::move(players));
  };
}

} // namespace bench
