#include "simulated_node.hpp"

#include "workers.hpp"

#include <algorithm>

namespace ockam::simulation {

namespace {

/// Of transport addresses that are not resolved here.
constexpr std::uint8_t address_type = 241;

} // namespace

class simulated_node::watcher final : public message_observer {
public:
  explicit watcher(simulated_node& at) : at_{at} {}

  void on_delivery(const address& source, const address& destination, const message&) override {
    at_.on_delivery(source, destination);
  }
  void on_write(const address& sender, std::string_view, const message& content) override {
    at_.on_write(sender, content);
  }
  void on_read(const address& sender, std::string_view, const message& content) override {
    at_.on_read(sender, content);
  }
  void on_drop(drop_reason reason, const message& content) override {
    if (!is_error_reply(content))
      at_.world_.book.is_dropped(reason, content.payload());
  }

private:
  simulated_node& at_;
};

/// Ends with the node; connections are made without it.
class simulated_node::transport final : public ockam::transport {
public:
  explicit transport(simulated_node& at) : at_{at} {}

  [[nodiscard]] std::uint8_t type() const noexcept override { return address_type; }
  result<address> resolve(const address& remote) override {
    return fail(errc::unsupported, to_string(remote) + " cannot be resolved");
  }
  void stop() override { at_.end_links(); }

private:
  simulated_node& at_;
};

simulated_node::simulated_node(world& around, std::uint32_t index)
  : world_{around},
    index_{index},
    io_{*around.system},
    watcher_{std::make_shared<watcher>(*this)} {}

simulated_node::~simulated_node() = default;

// -- life ------------------------------------------------------------------------------------------

void simulated_node::start() {
  world_.events.note(event::node_started, index_, ++lives_);
  leaving_ = false;
  node_.emplace(*world_.system, node_options{.observer = watcher_});
  const auto& state = node_->state();
  state->timers.follow(world_.now);
  if (world_.chosen.workers_run_on_io)
    state->io_contexts.add(&io_, [this](std::function<void()> call) { io_.post(std::move(call)); });
  value_or_throw(attach_transport(state, std::make_shared<transport>(*this)));
  entrance_ = flow_control_id::random();
  listener_ = value_or_throw(listener_port::open(state, *entrance_, [] {}));
  root_number_ = world_.next_worker();
  const auto add = [this](kind what, const char* name, std::size_t consumers) {
    start_worker(residents_.emplace_back(
      resident{.what = what, .address = name, .is_consumer = world_.random.percent(consumers)}));
  };
  add(kind::hop, "h1", 90);
  add(kind::hop, "h2", 50);
  add(kind::sink, "sink", 90);
  add(kind::sink, "private", 0);
  add(kind::sleeper, "sleeper", 70);
  add(kind::answerer, "answerer", 80);
  add(kind::amplifier, "amplifier", 80);
  add(kind::front, "front", 80);
  add(kind::deferrer, "deferrer", 80);
  add(kind::talker, "talker", 50);
  desk_.emplace(value_or_throw(node_->root().detached("desk")));
  desk_number_ = world_.next_worker();
  residents_.push_back(
    {.what = kind::desk, .address = "desk", .is_consumer = true, .number = desk_number_});
  admit(residents_.back().address, *entrance_);
}

void simulated_node::start_worker(resident& started) {
  started.number = world_.next_worker();
  world_.events.note(event::worker_started, started.number, index_);
  const role own{this, started.number};
  const worker_options options{.shutdown_priority = static_cast<int>(world_.random.between(1, 7)),
                               .execution = world_.random.percent(20) ? execution::pooled
                                                                      : execution::on_io_thread};
  const auto start = [&](auto worker) {
    node_->start_worker(started.address, std::move(worker), options);
  };
  switch (started.what) {
    case kind::hop:
      start(noted_hop{own});
      break;
    case kind::relay:
      start(noted_relay{own, route{started.to->engine().sender_address()}});
      break;
    case kind::sink:
      start(sink{own});
      break;
    case kind::sleeper:
      start(sleeper{own});
      break;
    case kind::answerer:
      start(answerer{own});
      break;
    case kind::amplifier:
      start(amplifier{own});
      break;
    case kind::front:
      start(front{own});
      break;
    case kind::deferrer:
      start(deferrer{own});
      break;
    case kind::talker:
      start(talker{own});
      break;
    case kind::desk: // an endpoint, no worker
      break;
  }
  if (!started.is_consumer)
    return;
  admit(started.address, *entrance_);
  for (const auto& each : links_)
    if (each->engine().mode() == connection_mode::outgoing)
      admit(started.address, each->engine().flow_control_id());
}

void simulated_node::restart_a_worker() {
  auto& started = world_.random.any_in(residents_);
  if (started.what == kind::relay || started.what == kind::desk)
    return;
  world_.events.note(event::worker_stopped, started.number);
  world_.book.worker_stops(started.number);
  node_->stop_worker(started.address);
  forget_rights(started.address);
  start_worker(started);
}

void simulated_node::start_a_relay() {
  constexpr std::size_t enough = 14;
  if (links_.empty() || residents_.size() >= enough)
    return;
  auto& made
    = residents_.emplace_back(resident{.what = kind::relay,
                                       .address = "relay" + std::to_string(residents_.size()),
                                       .is_consumer = true,
                                       .to = world_.random.any_in(links_)});
  start_worker(made);
  world_.events.note(event::relay_started, made.number, index_, made.to->number());
}

void simulated_node::leave() {
  leaving_ = true;
  for (const auto& each : residents_) {
    world_.events.note(event::worker_stopped, each.number);
    world_.book.worker_stops(each.number);
    node_->stop_worker(each.address);
    forget_rights(each.address);
  }
  for (const auto& each : std::vector{links_})
    if (each->engine().is_open())
      static_cast<void>(each->engine().disconnect());
}

void simulated_node::stop() {
  world_.events.note(event::node_stopped, index_);
  former_states_.push_back(node_->state());
  for (const auto& each : residents_)
    world_.book.worker_stops(each.number);
  if (world_.random.percent(50))
    promises_.clear();
  node_->stop(std::chrono::milliseconds{0});
  promises_.clear();
  desk_.reset();
  node_.reset();
  residents_.clear();
  plans_.clear();
  rights_.clear();
}

/// The node has stopped its workers and stops the transport.
void simulated_node::end_links() {
  listener_.reset();
  for (const auto& each : std::exchange(callers_, {}))
    each->cut();
  for (const auto& each : std::vector{links_})
    each->engine().abort();
  node_->state()->io_contexts.remove(&io_);
}

// -- connections -----------------------------------------------------------------------------------

std::shared_ptr<wire> simulated_node::call(std::uint32_t other) const {
  auto& callee = *world_.nodes[other];
  if (!callee.is_up() || callee.is_leaving())
    return nullptr;
  auto made = world_.make_wire();
  made->nodes = {index_, other};
  callee.callers_.push_back(made);
  return made;
}

void simulated_node::connect_to(simulated_node& other, bool again_after_loss) {
  const std::function<std::shared_ptr<wire>()> connect = [this, to = other.index_] {
    return call(to);
  };
  auto wire = connect();
  if (!wire)
    return world_.events.note(event::connection_refused, index_, other.index_);
  link::setup setup{.limits = world_.chosen.limits,
                    .mode = connection_mode::outgoing,
                    .peer = "node " + std::to_string(other.index_)};
  const auto id = setup.id;
  setup.explain_drops = world_.random.percent(30);
  const auto made = open_link(std::move(setup), std::move(wire), 0,
                              again_after_loss ? connect : nullptr);
  world_.events.note(event::connect, made->number(), index_, other.index_);
  for (const auto& each : residents_)
    if (each.is_consumer)
      admit(each.address, id);
  for (const auto& each : links_)
    if (each != made && world_.random.percent(80))
      admit(each->engine().sender_address(), id);
}

void simulated_node::accept() {
  auto wire = std::move(callers_.front());
  callers_.pop_front();
  const auto from = wire->ends[0].lock();
  const auto made = open_link({.limits = world_.chosen.limits,
                               .mode = connection_mode::incoming,
                               .peer = "client",
                               .spawner_id = entrance_,
                               .explain_drops = world_.random.percent(30)},
                              std::move(wire), 1, nullptr);
  world_.events.note(event::accepted, made->number(), from ? from->number() : 0, index_);
}

std::shared_ptr<link> simulated_node::open_link(link::setup setup, std::shared_ptr<wire> over,
                                                std::size_t end,
                                                std::function<std::shared_ptr<wire>()> connect) {
  std::vector<flow_control_id> entrances{*entrance_};
  for (const auto& each : links_)
    if (each->engine().mode() == connection_mode::outgoing)
      entrances.push_back(each->engine().flow_control_id());
  std::erase_if(entrances, [this](const auto&) { return world_.random.percent(20); });
  setup.consumer_of = entrances;
  setup.buffers = node_->state()->buffers;
  const auto step = world_.chosen.longest_step;
  auto made = std::make_shared<link>(
    link::surroundings{.random = world_.random,
                       .events = world_.events,
                       .io = world_.chosen.workers_run_on_io ? &io_ : nullptr,
                       .node = index_,
                       .number = ++world_.links,
                       .longest_step = step,
                       .longest_read = world_.random.percent(15) ? step / 20 + 16 : step,
                       .now = world_.now,
                       .connect = std::move(connect),
                       .keep_for = world_.any_keep_for(),
                       .lost = [this](link& which) { world_.book.link_is_lost(which.number()); },
                       .ended =
                         [this](link& gone) {
                           world_.book.link_has_ended(gone.number());
                           forget_rights(gone.engine().sender_address());
                           former_links_.push_back(gone.shared_from_this());
                           std::erase(links_, former_links_.back());
                         }});
  made->start(node_->state(), std::move(setup), std::move(over), end);
  links_.push_back(made);
  rights_[made->engine().sender_address()].insert(entrances.begin(), entrances.end());
  return made;
}

bool simulated_node::is_connected_to(std::uint32_t other) const {
  return std::ranges::any_of(links_, [&](const auto& each) {
    return each->engine().mode() == connection_mode::outgoing
           && each->engine().peer() == "node " + std::to_string(other);
  });
}

void simulated_node::close_a_link() {
  if (links_.empty())
    return;
  const auto& chosen = world_.random.any_in(links_);
  forget_rights(chosen->engine().sender_address());
  static_cast<void>(chosen->engine().disconnect()); // may be closing already
}

std::shared_ptr<link> simulated_node::find_link(const ockam::address& sender) const {
  const auto found = std::ranges::find(
    links_, sender,
    [](const auto& each) -> const auto& { return each->engine().sender_address(); });
  return found != links_.end() ? *found : nullptr;
}

// -- timers ----------------------------------------------------------------------------------------

std::optional<std::chrono::steady_clock::time_point> simulated_node::next_timer() const {
  auto next = node_ ? node_->state()->timers.next_due() : std::nullopt;
  for (const auto& each : links_)
    if (const auto moment = each->next_moment(); moment && (!next || *moment < *next))
      next = moment;
  return next;
}

void simulated_node::on_time(std::chrono::steady_clock::time_point before) {
  for (const auto& each : std::vector{links_})
    each->on_time(before);
}

bool simulated_node::run_timer() {
  world_.events.note(event::timer, index_);
  return node_ && node_->state()->timers.run_due();
}

} // namespace ockam::simulation
