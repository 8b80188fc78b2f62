// What simulated nodes send, and along which routes.

#include "simulated_node.hpp"

namespace ockam::simulation {

std::uint32_t simulated_node::open_message() {
  return world_.book.open({.flow = ++world_.flows});
}

std::uint32_t simulated_node::open_message(const plan& on) {
  const bool large = world_.random.percent(5);
  return world_.book.open(
    {.flow = on.flow,
     .size = world_.random.between(4, large ? world_.chosen.largest_body : 60),
     .sound = on.sound && !large});
}

const simulated_node::resident* simulated_node::any_resident(std::initializer_list<kind> kinds) {
  std::vector<const resident*> candidates;
  for (const auto& each : residents_)
    if (std::ranges::find(kinds, each.what) != kinds.end())
      candidates.push_back(&each);
  return candidates.empty() ? nullptr : world_.random.any_in(candidates);
}

/// A walk through the network of 1 to 6 addresses, and an end of some kind.
simulated_node::plan simulated_node::make_plan() {
  plan made{.along = {}, .flow = ++world_.flows, .sound = true};
  auto* at = this;
  std::shared_ptr<link> through; // by which the message comes to `at`
  auto& random = world_.random;

  const auto visit = [&](const ockam::address& next) {
    made.along.append(next);
    made.sound = made.sound && at->lets_in(through.get(), next);
    through = nullptr;
  };
  const auto cross = [&](const std::shared_ptr<link>& by) {
    const auto wire = by->current_wire();
    if (!wire)
      return false;
    through = by->far_end();
    made.sound = made.sound && through != nullptr; // else not accepted yet
    at = world_.nodes[wire->nodes[wire->nodes[0] == by->node() ? 1 : 0]].get();
    return true;
  };

  for (auto hops = random.between(1, 6); hops > 1; --hops) {
    if (!at->is_up())
      break;
    const auto* worker = at->any_resident({kind::hop, kind::relay});
    if (!at->links_.empty() && (worker == nullptr || random.percent(60))) {
      const auto by = random.any_in(at->links_);
      visit(by->sender_address());
      if (!cross(by))
        break;
    } else if (worker != nullptr) {
      visit(worker->address);
      if (worker->what == kind::relay && !cross(worker->to))
        break;
    }
  }
  if (through != nullptr && random.percent(3)) {
    made.sound = false; // a heartbeat: the far side finds no address in it
  } else {
    const auto* last = at->any_resident({kind::sink, kind::sleeper, kind::answerer, kind::talker});
    if (last != nullptr && random.percent(90)) {
      visit(last->address);
    } else {
      visit(random.any_of<ockam::address>({"nobody", "app", *address::parse("1#127.0.0.1:4000")}));
      made.sound = false;
    }
  }
  return made;
}

/// Often one that was used before, so that there is an order to keep.
const simulated_node::plan& simulated_node::any_plan(std::uint32_t sender) {
  std::vector<const plan*> known;
  for (const auto& [by, each] : plans_)
    if (by == sender)
      known.push_back(&each);
  if (!known.empty() && world_.random.percent(60))
    return *world_.random.any_in(known);
  plans_.emplace_back(sender, make_plan());
  return plans_.back().second;
}

void simulated_node::talk(sender& from, std::uint32_t worker) {
  const auto& along = any_plan(worker);
  for (auto left = world_.random.between(1, 6); left > 0; --left) {
    const auto number = open_message(along);
    world_.events.note(event::sent, number, worker, along.along.size());
    if (!from.send(along.along, world_.book.body_of(number)))
      world_.events.note(event::send_refused, number);
  }
}

void simulated_node::ask(context& from, std::uint32_t worker) {
  const auto along = make_plan();
  const auto number = open_message(along);
  world_.events.note(event::asked, number, worker, along.along.size());
  if (const auto entrance = find_link(ockam::address{along.along.front()}))
    asking_through_ = entrance->flow_control_id();
  const auto asked = from.send_and_receive<raw>(
    along.along, world_.book.body_of(number),
    [this, number, worker](const result<routed<raw>>& reply) {
      world_.book.request_ends(number, reply.has_value());
      if (reply)
        world_.book.arrives(reply->payload(), worker);
    },
    {.timeout = std::chrono::milliseconds{world_.random.between(1, 500)}});
  asking_through_.reset();
  if (asked)
    world_.book.asks(number);
  else
    world_.events.note(event::send_refused, number);
}

std::optional<delayed_event> simulated_node::send_later(sender& from, std::uint32_t worker) {
  const auto along = make_plan();
  const auto number = open_message(along);
  world_.events.note(event::delayed, number, worker, along.along.size());
  auto made = from.delayed(along.along, world_.book.body_of(number));
  if (!made)
    return std::nullopt;
  made->schedule(std::chrono::milliseconds{world_.random.between(0, 300)});
  return std::move(*made);
}

void simulated_node::talk_at_root() {
  talk(node_->root(), root_number_);
}

void simulated_node::poke_a_talker() {
  if (const auto* talker = any_resident({kind::talker})) {
    const auto number = open_message();
    world_.events.note(event::sent, number, root_number_, 1);
    if (!node_->root().send(talker->address, world_.book.body_of(number)))
      world_.events.note(event::send_refused, number);
  }
}

bool simulated_node::receive_at_root() {
  const auto received = node_->root().receive<raw>({.timeout = std::chrono::seconds{0}});
  if (received)
    world_.book.arrives(received->payload(), root_number_);
  return received.has_value();
}

} // namespace ockam::simulation
