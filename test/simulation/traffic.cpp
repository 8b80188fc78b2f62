// What simulated nodes send, and along which routes.

#include "simulated_node.hpp"

namespace ockam::simulation {

std::uint32_t simulated_node::open_message() {
  return world_.book.open({.flow = ++world_.flows});
}

std::uint32_t simulated_node::open_message(const plan& on, bool paid) {
  const bool large = world_.random.percent(5);
  return world_.book.open(
    {.flow = on.flow,
     .size = world_.random.between(4, large ? world_.chosen.largest_body : 60),
     .sound = on.sound && !large,
     .paid = paid});
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
      visit(by->engine().sender_address());
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
    const auto* last = at->any_resident({kind::sink, kind::sleeper, kind::answerer, kind::amplifier,
                                         kind::front, kind::deferrer, kind::talker, kind::desk});
    if (last != nullptr && random.percent(90)) {
      visit(last->address);
    } else {
      visit(random.any_of<ockam::address>({"missing", "app", *address::parse("1#127.0.0.1:4000")}));
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

void simulated_node::talk(sender& from, std::uint32_t worker, bool paid, context* wakeable) {
  const auto& along = any_plan(worker);
  for (auto left = world_.random.between(1, 6); left > 0; --left) {
    const auto number = open_message(along, paid);
    world_.events.note(event::sent, number, worker, along.along.size());
    const auto sent = from.send(along.along, world_.book.body_of(number));
    if (sent)
      continue;
    world_.events.note(event::send_refused, number);
    if (wakeable != nullptr && sent.error() == errc::resource_exhausted)
      return go_on_talking(*wakeable, worker, along.along);
  }
}

/// When there is room.
void simulated_node::go_on_talking(context& from, std::uint32_t worker, const route& along) {
  world_.events.note(event::awaits_room, worker);
  world_.book.awaits_room(worker);
  from.when_writable(ockam::address{along.front()}, [this, worker](context& again) {
    world_.events.note(event::has_room, worker);
    world_.book.has_room(worker);
    if (!world_.is_busy())
      talk(again, worker, false, nullptr);
  });
}

void simulated_node::ask(context& from, std::uint32_t worker, bool paid) {
  using std::chrono::milliseconds;
  const auto along = make_plan();
  const auto number = open_message(along, paid);
  world_.events.note(event::asked, number, worker, along.along.size());
  if (const auto entrance = find_link(ockam::address{along.along.front()}))
    asking_through_ = entrance->engine().flow_control_id();
  const auto limit = milliseconds{world_.random.percent(30) ? world_.random.between(0, 5)
                                                            : world_.random.between(1, 500)};
  world_.book.asks(number, world_.now + limit);
  const auto asked = from.send_and_receive<raw_body>(
    along.along, world_.book.body_of(number),
    [this, number, worker](const result<routed<raw_body>>& reply) {
      world_.book.request_ends(number, reply ? nullptr : &reply.error());
      if (reply)
        world_.book.arrives(reply->payload(), worker);
    },
    {.timeout = limit});
  asking_through_.reset();
  if (!asked) {
    world_.book.withdraws(number);
    world_.events.note(event::send_refused, number);
  }
}

std::optional<delayed_event> simulated_node::send_later(sender& from, std::uint32_t worker,
                                                        bool paid) {
  const auto along = make_plan();
  const auto number = open_message(along, paid);
  world_.events.note(event::delayed, number, worker, along.along.size());
  auto made = from.make_delayed_event(along.along, world_.book.body_of(number));
  if (!made)
    return std::nullopt;
  made->schedule(std::chrono::milliseconds{world_.random.between(0, 300)});
  return std::move(*made);
}

// -- answers ---------------------------------------------------------------------------------------

std::uint32_t simulated_node::open_answer(std::uint32_t worker, bool paid, const route& back,
                                          std::size_t largest) {
  return world_.book.open({.flow = world_.flow_of_answers(worker, back),
                           .size = world_.random.between(4, largest),
                           .paid = paid,
                           .is_answer = true});
}

result<void> simulated_node::answer(sender& from, std::uint32_t worker, bool paid,
                                    const route& back, std::size_t largest) {
  const auto number = open_answer(worker, paid, back, largest);
  world_.events.note(event::sent, number, worker, back.size());
  auto sent = from.send(back, world_.book.body_of(number));
  if (!sent)
    world_.events.note(event::send_refused, number);
  return sent;
}

result<void> simulated_node::ask_a_neighbour(context& from, std::uint32_t worker, bool paid,
                                             route back) {
  const auto* to = any_resident({kind::answerer, kind::amplifier, kind::deferrer});
  if (to == nullptr)
    return {};
  const auto number = world_.book.open({.flow = ++world_.flows, .paid = paid});
  world_.events.note(event::asked, number, worker, 1);
  world_.book.asks(number);
  auto asked = from.send_and_receive<raw_body>(
    to->address, world_.book.body_of(number),
    [this, &from, number, worker, paid,
     back = std::move(back)](const result<routed<raw_body>>& reply) {
      world_.book.request_ends(number, reply ? nullptr : &reply.error());
      if (!reply)
        return;
      world_.book.arrives(reply->payload(), worker);
      static_cast<void>(answer(from, worker, paid, back, world_.chosen.largest_body));
    },
    {.timeout = std::nullopt});
  if (!asked)
    world_.book.withdraws(number);
  return asked;
}

void simulated_node::keep(response_promise promise, std::uint32_t worker, bool paid, route back) {
  promises_.push_back({std::move(promise), worker, paid, std::move(back)});
}

/// Any of them: with a message, an error, or not at all.
bool simulated_node::answer_a_promise() {
  if (promises_.empty())
    return false;
  const auto place = promises_.begin()
                     + static_cast<std::ptrdiff_t>(world_.random.below(promises_.size()));
  auto chosen = std::move(*place);
  promises_.erase(place);
  const auto lot = world_.random.below(10);
  world_.events.note(event::answers_later, chosen.worker, lot);
  if (lot == 0) // dropped
    return true;
  if (lot == 1) {
    static_cast<void>(chosen.promise.fail({errc::unsupported, "not now"}));
    return true;
  }
  const auto number = open_answer(chosen.worker, chosen.paid, chosen.back,
                                  world_.chosen.largest_body);
  world_.events.note(event::sent, number, chosen.worker, chosen.back.size());
  if (!chosen.promise.deliver(world_.book.body_of(number)))
    world_.events.note(event::send_refused, number);
  return true;
}

std::optional<error> simulated_node::failure_of_a_handler() {
  if (!world_.random.percent(20))
    return std::nullopt;
  return error{world_.random.any_of({errc::not_found, errc::invalid_value, errc::handler_failed}),
               "it fails now and then"};
}

// -- from outside of all workers -------------------------------------------------------------------

void simulated_node::talk_at_root() {
  talk(node_->root(), root_number_, false, nullptr);
}

void simulated_node::poke_a_talker() {
  if (const auto* talker = any_resident({kind::talker})) {
    const auto number = open_message();
    world_.events.note(event::sent, number, root_number_, 1);
    if (!node_->root().send(talker->address, world_.book.body_of(number)))
      world_.events.note(event::send_refused, number);
  }
}

bool simulated_node::receive_at(endpoint& from, std::uint32_t number) {
  const auto received = from.receive<raw_body>({.timeout = std::chrono::seconds{0}});
  if (received)
    world_.book.arrives(received->payload(), number);
  return received.has_value();
}

bool simulated_node::receive() {
  const bool desk_first = world_.random.percent(50);
  return (desk_first && receive_at(*desk_, desk_number_)) || receive_at(node_->root(), root_number_)
         || (!desk_first && receive_at(*desk_, desk_number_));
}

} // namespace ockam::simulation
