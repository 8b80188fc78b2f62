#pragma once

#include "ockam/actors/caf_compat.hpp"
#include "ockam/actors/routed_message.hpp"
#include "ockam/actors/type_ids.hpp"

namespace ockam {

/// The one typed interface of every worker: a routed message in, nothing out (MAP-2).
///
/// A CAF actor written by hand derives from `ockam::worker::base` and handles
/// `ockam::routed_message&`.
using worker = compat::typed_actor<caf::result<void>(routed_message)>;

/// The router of a node. Routed messages go on to the first address of their onward route on the
/// sender's thread; commands are answered by the actor.
using router_actor = compat::typed_actor<caf::result<void>(routed_message),
                                         caf::result<router_reply>(router_command)>;

} // namespace ockam
