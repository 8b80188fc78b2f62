#pragma once

// The benchmarks of the Savina suite (Imam and Sarkar, AGERE 2014), written anew for players.

#include "row.hpp"
#include "stage.hpp"

#include <cstddef>
#include <functional>

namespace bench {

/// Performs a number of operations; returns when the players are done, and throws when they do not end
/// or come to a wrong result. The caller closes the theatre.
using play = std::function<void(theatre& on, std::size_t operations)>;

play ping_pong();                                         ///< an operation: there and back
play counting();                                          ///< one increment
play fork_join_throughput(std::size_t actors);            ///< one message to one of them
play fork_join_create();                                  ///< an actor, and one message to it
play thread_ring(std::size_t actors);                     ///< one hop
play chameneos(std::size_t creatures);                    ///< one meeting
play big(std::size_t actors);                             ///< one ping and its pong
play dictionary(std::size_t workers, int percent_writes); ///< one request
play bank(std::size_t accounts);                          ///< one transaction

struct buffer_parameters {
  std::size_t producers = 40;
  std::size_t consumers = 40;
  std::size_t capacity = 50;
  int cost = 25; ///< of an item, for producer and consumer: 100 logarithms each
};
play bounded_buffer(buffer_parameters with); ///< one item

/// For those that can be split, the other half: it comes behind the cast of a theatre.
std::unique_ptr<player> make_pong();
std::unique_ptr<player> make_counter();
play split_ping_pong();
play split_counting(std::size_t batch); ///< waits for the sum after each batch

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

/// Lets them play from a first memo for player 0 to the end.
void perform(theatre& on, cast_list players);

} // namespace bench
