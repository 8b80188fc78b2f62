#include "simulation.hpp"

#include "simulated_node.hpp"

#include <algorithm>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>

namespace ockam::simulation {

namespace {

/// More means that they keep themselves busy for ever.
constexpr std::uint64_t max_events = 500'000;

constexpr std::uint64_t steps_between_checks = 64;

/// Most are quick; some wait for a few of the others' steps, and some for many.
unsigned pace_of(std::uint64_t number) noexcept {
  const auto lot = number % 16;
  return lot == 0 ? 50 : lot <= 3 ? 6 : 1;
}

} // namespace

world::world(std::uint64_t seed, bool print) : random{seed}, events{print} {}

world::~world() = default;

/// One network of nodes on one thread: every step of theirs is chosen by the seed.
class simulation {
public:
  simulation(std::uint64_t seed, bool print);

  outcome run();

private:
  struct config : caf::actor_system_config {
    config();
  };
  struct choice;

  void play();
  bool step(bool may_act);
  void run_to_rest();
  bool receive_and_answer();
  bool end_a_blockade();
  void end_all();

  [[nodiscard]] std::vector<choice> choices(bool may_act);
  void add_actors(std::vector<choice>& to);
  void take(const choice& which);
  void run_actor(std::uint64_t id);
  void pass_time();
  void act();
  void act_with_fault(simulated_node& node);
  void break_a_wire();
  [[nodiscard]] bool failed() const noexcept { return !world_.book.violation().empty(); }

  world world_;
  config config_;
  caf::actor_system system_{config_};
  caf::scheduler::test_coordinator& coordinator_;
  std::size_t actions_left_;
  bool undisturbed_;
  std::size_t blockades_ = 0;
};

struct simulation::choice {
  enum class what : std::uint8_t { actor, actor_on_io, call_on_io, link, accept, timer, time, act };
  what kind;
  unsigned pace = 1; // taken once in so many times
  std::size_t node = 0;
  std::uint64_t which = 0;
  link::step step{};
};

simulation::config::config() {
  set("scheduler.policy", caf::atom("testing"));
}

simulation::simulation(std::uint64_t seed, bool print)
  : world_{seed, print},
    coordinator_{dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())},
    actions_left_{world_.chosen.actions},
    undisturbed_{!world_.chosen.faults} {
  world_.system = &system_;
  for (std::uint32_t i = 0; i < world_.chosen.nodes; ++i)
    world_.nodes.push_back(std::make_unique<simulated_node>(world_, i));
}

outcome simulation::run() {
  play();
  return {.settings = to_string(world_.chosen),
          .violation = world_.book.violation(),
          .last_events = world_.events.last(),
          .hash = world_.events.hash(),
          .events = world_.events.size(),
          .messages = world_.book.messages(),
          .deliveries = world_.book.deliveries(),
          .blockades = blockades_};
}

void simulation::play() {
  for (const auto& each : world_.nodes)
    each->start();
  for (const auto& [from, to] : world_.chosen.edges)
    world_.nodes[from]->connect_to(*world_.nodes[to], world_.random.percent(50));
  while (!failed() && actions_left_ > 0)
    step(true);
  run_to_rest();
  if (failed())
    return;
  for (const auto& each : world_.nodes)
    each->check_at_rest();
  world_.book.check_at_rest(undisturbed_);
  end_all();
}

void simulation::run_to_rest() {
  while (!failed() && (step(false) || receive_and_answer() || end_a_blockade()))
    ;
}

/// What nothing else does any more.
bool simulation::receive_and_answer() {
  bool done = false;
  for (const auto& each : world_.nodes) {
    done |= each->is_up() && each->receive();
    done |= each->answer_a_promise(); // of a node that has stopped, too
  }
  return done;
}

/// Messages that go round in circles through more connections than there is credit for, and answers
/// that fill both directions of one, block one another. A write deadline ends that: one connection
/// is lost.
bool simulation::end_a_blockade() {
  if (!choices(false).empty()) // an endpoint has dropped what its requester waits for no longer
    return true;
  std::vector<std::shared_ptr<link>> blocked;
  for (const auto& node : world_.nodes) {
    node->check_awake();
    for (const auto& each : node->links())
      if (each->is_blocked())
        blocked.push_back(each);
  }
  if (failed() || blocked.empty())
    return false;
  undisturbed_ = false;
  ++blockades_;
  world_.random.any_in(blocked)->miss_write_timeout();
  return true;
}

/// The nodes stop one by one, while the others still talk to them.
void simulation::end_all() {
  for (const auto& each : world_.nodes) {
    if (failed())
      return;
    if (!each->is_up())
      continue;
    each->poke_a_talker();
    each->talk_at_root();
    for (auto steps = world_.random.below(30); steps > 0; --steps)
      step(false);
    if (!each->is_leaving() && world_.random.percent(50)) {
      each->leave();
      run_to_rest();
    }
    each->stop();
  }
  run_to_rest();
  world_.book.check_at_rest(false);
  for (const auto& each : world_.nodes)
    each->check_ended();
  const auto running = compat::running_actors(system_);
  world_.book.require(running == 0, std::to_string(running) + " actors are left");
}

// -- one step --------------------------------------------------------------------------------------

bool simulation::step(bool may_act) {
  const auto all = choices(may_act);
  if (all.empty())
    return false;
  const auto* chosen = &world_.random.any_in(all);
  for (int tries = 0; tries < 100 && world_.random.below(chosen->pace) != 0; ++tries)
    chosen = &world_.random.any_in(all);
  take(*chosen);
  if (world_.events.size() > max_events)
    world_.book.require(false, "it does not come to rest");
  if (world_.events.size() % steps_between_checks == 0)
    for (const auto& each : world_.nodes)
      each->check_counters();
  return !failed();
}

std::vector<simulation::choice> simulation::choices(bool may_act) {
  using what = choice::what;
  std::vector<choice> all;
  add_actors(all);
  bool timers = false;
  for (std::size_t i = 0; i < world_.nodes.size(); ++i) {
    auto& node = *world_.nodes[i];
    for (std::size_t job = 0; job < node.io().jobs().size(); ++job)
      all.push_back({.kind = what::actor_on_io, .node = i, .which = job});
    if (!node.io().calls().empty())
      all.push_back({.kind = what::call_on_io, .node = i});
    if (node.has_callers())
      all.push_back({.kind = what::accept, .pace = 6, .node = i});
    for (std::size_t which = 0; which < node.links().size(); ++which)
      for (const auto possible : node.links()[which]->possible())
        all.push_back({.kind = what::link,
                       .pace = pace_of(node.links()[which]->life()),
                       .node = i,
                       .which = which,
                       .step = possible});
    if (const auto due = node.next_timer()) {
      timers = true;
      if (*due <= world_.now) // of the node itself: links tell when they can go on
        all.push_back({.kind = what::timer, .node = i});
    }
  }
  if (timers)
    all.push_back({.kind = what::time, .pace = 50});
  if (may_act)
    all.push_back({.kind = what::act, .pace = 3});
  return all;
}

/// By their ids: in which order actors are woken is not always the same, for a node walks over its
/// workers in the order of a hash that is new each time.
void simulation::add_actors(std::vector<choice>& to) {
  const auto begin = to.size();
  for (auto* job : coordinator_.jobs) {
    const auto id = dynamic_cast<caf::scheduled_actor&>(*job).id();
    to.push_back({.kind = choice::what::actor, .pace = pace_of(mix(id, 0)), .which = id});
  }
  std::sort(to.begin() + static_cast<std::ptrdiff_t>(begin), to.end(),
            [](const choice& a, const choice& b) { return a.which < b.which; });
}

void simulation::take(const choice& which) {
  auto& node = *world_.nodes[which.node];
  switch (which.kind) {
    case choice::what::actor:
      return run_actor(which.which);
    case choice::what::actor_on_io:
      world_.events.note(event::worker_runs_on_io, which.which, which.node);
      if (world_.random.percent(5))
        node.io().hand_over_job(system_, which.which);
      else
        node.io().run_job(which.which);
      return;
    case choice::what::call_on_io:
      world_.events.note(event::worker_changes_thread, which.node);
      return node.io().run_call();
    case choice::what::link: {
      const auto alive = node.links()[which.which];
      return alive->take(which.step);
    }
    case choice::what::accept:
      return node.accept();
    case choice::what::timer:
      node.run_timer();
      return;
    case choice::what::time:
      return pass_time();
    case choice::what::act:
      --actions_left_;
      return act();
  }
}

void simulation::run_actor(std::uint64_t id) {
  world_.events.note(event::worker_runs, id);
  auto& jobs = coordinator_.jobs;
  const auto job = std::ranges::find_if(jobs, [id](caf::resumable* each) {
    return dynamic_cast<caf::scheduled_actor&>(*each).id() == id;
  });
  std::rotate(jobs.begin(), job, job + 1);
  coordinator_.run_once();
}

/// To the next moment at which something is due.
void simulation::pass_time() {
  auto next = std::chrono::steady_clock::time_point::max();
  for (const auto& each : world_.nodes)
    if (const auto due = each->next_timer())
      next = std::min(next, *due);
  const auto before = std::exchange(world_.now, std::max(world_.now, next));
  for (const auto& each : world_.nodes) {
    each->on_time(before);
    each->check_time();
  }
  using std::chrono::milliseconds;
  world_.events.note(
    event::time_passes,
    static_cast<std::uint64_t>(
      std::chrono::duration_cast<milliseconds>(world_.now.time_since_epoch()).count()));
}

// -- what the world does to them -------------------------------------------------------------------

void simulation::act() {
  auto& node = *world_.random.any_in(world_.nodes);
  const auto lot = world_.random.below(100);
  if (!node.is_up())
    node.start();
  else if (node.is_leaving())
    node.stop();
  else if (lot < 50)
    node.talk_at_root();
  else if (lot < 75)
    node.poke_a_talker();
  else if (lot < 80)
    static_cast<void>(node.receive());
  else if (lot < 83)
    static_cast<void>(node.answer_a_promise());
  else if (lot < 86)
    node.start_a_relay();
  else if (world_.chosen.faults)
    act_with_fault(node);
}

void simulation::act_with_fault(simulated_node& node) {
  switch (world_.random.below(8)) {
    case 0:
      return node.stop();
    case 1:
      return node.leave();
    case 2:
      return node.restart_a_worker();
    case 3:
      return node.close_a_link();
    case 4: // a node that has lost a neighbour connects again
    case 5:
      for (const auto& [from, to] : world_.chosen.edges)
        if (world_.nodes[from]->is_up() && !world_.nodes[from]->is_leaving()
            && !world_.nodes[from]->is_connected_to(to))
          world_.nodes[from]->connect_to(*world_.nodes[to], world_.random.percent(50));
      return;
    default:
      return break_a_wire();
  }
}

void simulation::break_a_wire() {
  std::erase_if(world_.wires, [](const auto& each) {
    const auto alive = each.lock();
    return !alive || alive->is_cut();
  });
  if (world_.wires.empty())
    return;
  const auto wire = world_.random.any_in(world_.wires).lock();
  const auto end = wire->ends[0].lock();
  const auto number = end ? end->number() : 0;
  if (world_.random.percent(30)) {
    world_.events.note(event::wire_cut, number);
    return wire->cut();
  }
  const auto bytes = world_.random.between(1, 2'000);
  world_.events.note(event::wire_doomed, number, bytes);
  wire->cut_after(bytes);
}

outcome simulate(std::uint64_t seed, bool print) {
  auto one = std::make_unique<simulation>(seed, print);
  auto result = one->run();
  if (!result.violation.empty())
    static_cast<void>(one.release());
  return result;
}

} // namespace ockam::simulation
