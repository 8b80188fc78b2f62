#pragma once

#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/node.hpp"

#include <caf/fwd.hpp>

namespace ockam {

/// The options of a node in the group `ockam` of a configuration; defaults for missing ones.
/// Throws `failure` with errc::invalid_value for an unknown option, of transports too, and for a value
/// that an option does not take.
OCKAM_ACTORS_EXPORT node_options node_options_from(const caf::actor_system_config& config);

} // namespace ockam
