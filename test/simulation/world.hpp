#pragma once

#include "dice.hpp"
#include "ledger.hpp"
#include "trace.hpp"
#include "wire.hpp"

#include "ockam/protocol/route.hpp"
#include "ockam/transports/limits.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace caf {
class actor_system;
}

namespace ockam::simulation {

class simulated_node;

/// What a seed decides before anything happens.
struct settings {
  explicit settings(dice& random);

  std::string topology;
  std::uint32_t nodes = 0;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges; // first connects to second
  connection_limits limits{};
  std::size_t wire_capacity = 0;
  std::size_t longest_step = 0; // bytes that one read or write moves
  std::size_t largest_body = 0;
  bool workers_run_on_io = false; // where input wakes them
  bool faults = false;            // connections break, workers and nodes stop
  std::size_t actions = 0;
};

/// One line: topology and limits.
std::string to_string(const settings& of);

/// What the parts of one simulation share.
struct world {
  world(std::uint64_t seed, bool print);
  ~world();

  dice random;
  trace events;
  const settings chosen{random};
  std::chrono::steady_clock::time_point now{};
  ledger book{events, now};
  caf::actor_system* system = nullptr;
  std::vector<std::unique_ptr<simulated_node>> nodes;
  std::vector<std::weak_ptr<wire>> wires;
  std::uint32_t links = 0;   // made so far
  std::uint32_t workers = 0; // started so far
  std::uint64_t flows = 0;   // of messages, see `ledger::plan`; named so far
  std::map<std::pair<std::uint32_t, std::string>, std::uint64_t>
    answer_flows; // by worker and return route

  std::uint64_t flow_of_answers(std::uint32_t worker, const route& along) {
    const auto encoded = along.encoded();
    auto& flow = answer_flows[{worker, std::string{encoded.begin(), encoded.end()}}];
    return flow != 0 ? flow : flow = ++flows;
  }

  /// More than this many messages, and workers do not send of their own accord any more.
  [[nodiscard]] bool is_busy() const noexcept { return book.messages() > 2'000; }

  std::chrono::milliseconds any_keep_for() noexcept {
    return std::chrono::milliseconds{random.any_of({0, 3, 150, 1'000, 60'000})};
  }
  std::uint32_t next_worker() noexcept { return ++workers; }
  std::shared_ptr<wire> make_wire() {
    auto made = std::make_shared<wire>(chosen.wire_capacity);
    wires.push_back(made);
    return made;
  }
};

} // namespace ockam::simulation
