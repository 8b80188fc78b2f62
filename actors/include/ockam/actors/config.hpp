#pragma once

#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/node.hpp"

#include <caf/fwd.hpp>

namespace ockam {

/// What the group `ockam` of a configuration says about nodes; defaults where it says nothing.
/// Throws `failure` with errc::invalid_value for an option that does not exist, also when it would be one
/// of a transport, and for a value that an option does not take.
OCKAM_ACTORS_EXPORT node_options node_options_from(const caf::actor_system_config& config);

} // namespace ockam
