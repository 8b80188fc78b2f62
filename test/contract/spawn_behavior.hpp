#pragma once

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <utility>

namespace ockam::test {

/// Starts an actor with these handlers. They are an argument of its function, because CAF 0.17 reads
/// the arguments of a function that has none through a null pointer.
template <caf::spawn_options Options = caf::no_spawn_options>
caf::actor spawn_behavior(caf::actor_system& system, caf::behavior handlers) {
  return system.spawn<Options>(
    [](caf::event_based_actor*, const caf::behavior& all) { return all; }, std::move(handlers));
}

} // namespace ockam::test
