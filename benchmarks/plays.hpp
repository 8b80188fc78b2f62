#pragma once

// The benchmarks of the Savina suite (Imam and Sarkar, AGERE 2014), written anew for players.

#include "row.hpp"
#include "stage.hpp"

#include <cstddef>
#include <functional>
#include <random>
#include <string>

namespace bench {

/// On two stages, players with an odd number are in the other process.
enum class stages : std::uint8_t { one, two };

/// Performs a number of operations; returns when the players are done, and throws when they do not end
/// or come to a wrong result. The caller closes the theatre.
using play = std::function<void(theatre& on, std::size_t operations)>;

play ping_pong();                                              ///< an operation: there and back
play counting();                                               ///< one increment
play fork_join_throughput(std::size_t actors);                 ///< one message to one of them
play fork_join_create();                                       ///< an actor, and one message to it
play thread_ring(std::size_t actors, stages on = stages::one); ///< one hop
play chameneos(std::size_t creatures);                         ///< one meeting
play big(std::size_t actors, stages on = stages::one);         ///< one ping and its pong
play dictionary(std::size_t workers, int percent_writes);      ///< one request
play bank(std::size_t accounts, stages on = stages::one);      ///< one transaction

struct buffer_parameters {
  std::size_t producers = 40;
  std::size_t consumers = 40;
  std::size_t capacity = 50;
  int cost = 25; ///< of an item, for producer and consumer: 100 logarithms each
};
play bounded_buffer(buffer_parameters with); ///< one item

// -- on two stages ----------------------------------------------------------------------------------

play split_ping_pong();
play split_counting(std::size_t batch); ///< waits for the sum after each batch

/// The play on the other stage, performance after performance: "pong", "counter", "ring", "big", "bank".
/// Throws std::runtime_error for a play that is not known.
cast_list cast_elsewhere(const std::string& of);

inline constexpr std::size_t ring_members = 100;
inline constexpr std::size_t big_actors = 120;
inline constexpr std::size_t bank_accounts = 1'000;

// -- for the plays themselves -----------------------------------------------------------------------

/// A player that is a function with a state.
template <class Handle>
std::unique_ptr<player> make_player(Handle handle) {
  class simple final : public player {
  public:
    explicit simple(Handle call) : handle_{std::move(call)} {}
    void on(stage& where, const memo& what) override { handle_(where, what); }

  private:
    Handle handle_;
  };
  return std::make_unique<simple>(std::move(handle));
}

/// Lets them play from a first memo for player 0, or for the last one, to the end.
void perform(theatre& on, cast_list players);
void perform_from_last(theatre& on, cast_list players);

/// All of them, or those in this process.
cast_list part_of(cast_list all, stages on);

/// What a judge tells others, and hears from them; further kinds of memos come behind.
enum judging : std::int32_t { start, finished, last_of_judge = finished };
struct judged {
  std::size_t first = 0;
  std::size_t count = 0;
  std::int64_t value = 0; ///< of the memo to start
};

/// Tells `count` players to start; then waits for as many to finish.
std::unique_ptr<player> make_judge(finish_line& done, judged what);

cast_list big_cast(finish_line& done, std::size_t actors, std::size_t pings);
cast_list bank_cast(finish_line& done, std::size_t accounts, std::size_t transactions);

/// The same numbers in each run.
inline std::minstd_rand random_for(std::size_t player) {
  return std::minstd_rand{static_cast<std::uint_fast32_t>(player * 7919 + 17)};
}

inline std::int32_t id(std::size_t index) {
  return static_cast<std::int32_t>(index);
}
inline std::size_t index_of(std::int32_t id) {
  return static_cast<std::size_t>(id);
}

} // namespace bench
