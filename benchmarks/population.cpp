#include "population.hpp"

#include "allocations.hpp"
#include "plain.hpp"

#include "ockam/actors/node.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

namespace bench {
namespace {

using namespace ockam;

std::atomic<std::size_t> living{0};

/// Counts how many of its owner are there.
struct presence {
  presence() { ++living; }
  presence(const presence&) { ++living; }
  presence(presence&&) noexcept { ++living; }
  presence& operator=(const presence&) = default;
  ~presence() { --living; }
};

struct idle_worker {
  presence here;
  void handle_message(context&, routed<any_body>&&) {}
};

class plain_idle final : public plain<small_message>::handle::base {
public:
  using plain<small_message>::handle::base::base;
  behavior_type make_behavior() override {
    return {[](small_message&) {}};
  }

private:
  presence here_;
};

void wait_until_all_are_gone() {
  const auto until = clock::now() + hang_limit / 2;
  while (living.load() > 0) {
    if (clock::now() > until)
      throw std::runtime_error{std::to_string(living.load()) + " actors did not end"};
    std::this_thread::sleep_for(std::chrono::milliseconds{1}); // the actors want this core
  }
}

/// Start all, stop all: seconds to start, to stop until all are gone, bytes while idle, bytes left.
template <class Start, class Stop>
std::vector<double> come_and_go(Start start, Stop stop) {
  begin_weighing();
  auto began = clock::now();
  start();
  const auto starting = seconds_since(began);
  const auto idle = heap_growth();
  began = clock::now();
  stop();
  wait_until_all_are_gone();
  const auto stopping = seconds_since(began);
  const auto left = heap_growth();
  end_weighing();
  return {starting, stopping, idle, std::max(0.0, left)};
}

struct people {
  explicit people(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      names.emplace_back("worker-" + std::to_string(i));
    handles.reserve(count);
  }

  host on{policy::sharing};
  node own{on.system};
  std::vector<address> names;
  std::vector<plain<small_message>::handle> handles;
};

std::vector<variant> variants(std::size_t count) {
  const auto all = std::make_shared<people>(count);
  return {
    {"caf, lazy_init",
     [all](std::size_t n) {
       return come_and_go(
         [&] {
           for (std::size_t i = 0; i < n; ++i)
             all->handles.push_back(all->on.system.spawn<plain_idle, caf::lazy_init>());
         },
         [&] {
           for (const auto& each : all->handles)
             stop_actor(each);
           all->handles.clear();
         });
     }},
    {"ockam",
     [all](std::size_t) {
       return come_and_go(
         [&] {
           for (const auto& each : all->names)
             all->own.start_worker(each, idle_worker{});
         },
         [&] {
           for (const auto& each : all->names)
             all->own.stop_worker(each);
         });
     }},
  };
}

} // namespace

row population(std::size_t count) {
  const auto name = [count](const char* what) {
    return "local.workers_" + std::to_string(count) + '.' + what;
  };
  return {.figures = {{name("start")},
                      {name("stop")},
                      {name("idle_bytes"), unit::bytes},
                      {.name = name("bytes_left"), .unit = unit::bytes, .compared = false}},
          .baselines = {"caf, lazy_init"},
          .set_up = [count] { return variants(count); },
          .operations = count,
          .most_rounds = count < 1'000'000 ? 5 : 1};
}

} // namespace bench
