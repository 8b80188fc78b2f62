#pragma once

#include <memory>

#include <caf/actor_control_block.hpp>

namespace ockam::internal {

class node_state;

/// The CAF actor at the sender address of a connection, for actors that bypass the router.
caf::strong_actor_ptr spawn_connection_actor(const std::shared_ptr<node_state>& node);

} // namespace ockam::internal
