#pragma once

#include "node/node_state.hpp"

namespace ockam::internal {

/// Spawns the router actor of a node; it holds the state, so the node ends it explicitly.
router_actor spawn_router(const std::shared_ptr<node_state>& node);

} // namespace ockam::internal
