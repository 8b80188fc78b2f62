// Savina's benchmarks on workers of a node and on plain CAF actors; some of them also on two nodes.

#include "groups.hpp"
#include "plays.hpp"

namespace bench {
namespace {

/// The figure is the time until the players are done, with their start and without their end.
variant played(std::string name, std::shared_ptr<theatre> on, const play& what) {
  return {std::move(name), [on = std::move(on), what](std::size_t operations) {
            const auto began = clock::now();
            what(*on, operations);
            const auto seconds = seconds_since(began);
            on->close();
            return std::vector{seconds};
          }};
}

row local(const std::string& name, std::size_t operations, const play& what, int most_rounds = 5) {
  return {.figures = {{"savina." + name}},
          .baselines = {"caf"},
          .set_up =
            [what] {
              return std::vector{played("caf", plain_theatre(), what),
                                 played("ockam", ockam_theatre(), what)};
            },
          .operations = operations,
          .most_rounds = most_rounds};
}

row split(const std::string& name, const std::string& role, std::size_t operations,
          const play& what) {
  return {.figures = {{"savina." + name + ".two_nodes"}},
          .baselines = {"basp"},
          .set_up =
            [role, what] {
              std::vector<variant> all;
#ifdef OCKAM_HAVE_CAF_IO
              all.push_back(played("basp", basp_theatre(role + "-basp"), what));
#endif
              all.push_back(played("ockam", split_ockam_theatre(role + "-ockam"), what));
              return all;
            },
          .operations = operations,
          .most_rounds = 3};
}

} // namespace

std::vector<row> savina_rows(bool quick) {
  const std::size_t scale = quick ? 20 : 1;
  return {
    local("ping_pong", 40'000 / scale, ping_pong()),
    local("counting", 1'000'000 / scale, counting()),
    local("fork_join_throughput", 60 * 10'000 / scale, fork_join_throughput(60)),
    local("fork_join_create", 40'000 / scale, fork_join_create()),
    local("thread_ring", 100'000 / scale, thread_ring(ring_members)),
    local("chameneos", 200'000 / scale, chameneos(100)),
    local("big", big_actors * 20'000 / scale, big(big_actors), 3),
    local("dictionary", 20 * 10'000 / scale, dictionary(20, 10)),
    local("bounded_buffer", 40 * 1'000 / scale, bounded_buffer({}), 3),
    local("bank", 50'000 / scale, bank(bank_accounts)),
    split("ping_pong", "pong", 5'000 / scale, split_ping_pong()),
    split("counting", "counter", 500'000 / scale, split_counting(1'000)),
    split("thread_ring", "ring", 10'000 / scale, thread_ring(ring_members, stages::two)),
    split("big", "big", big_actors * 1'000 / scale, big(big_actors, stages::two)),
    split("bank", "bank", 50'000 / scale, bank(bank_accounts, stages::two)),
  };
}

} // namespace bench
