#pragma once

#include "ockam/actors/detail/caf_compat.hpp"
#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/detail/routed_message.hpp"
#include "ockam/actors/detail/type_ids.hpp"
#include "ockam/protocol/result.hpp"

#include <caf/error.hpp>
#include <caf/fwd.hpp>

namespace ockam {

/// The one typed interface of every worker: a routed message in, nothing out (MAP-2).
///
/// A CAF actor written by hand derives from `ockam::worker_actor::base` and handles
/// `ockam::routed_message&`.
using worker_actor = compat::typed_actor<caf::result<void>(routed_message)>;

/// The router of a node. Routed messages go on to the first address of their onward route on the
/// sender's thread; commands are answered by the actor.
using router_actor = compat::typed_actor<caf::result<void>(routed_message),
                                         caf::result<router_reply>(router_command)>;

/// An error of this library as one of CAF, with its text: `sec::request_timeout` for a time-out,
/// `sec::request_receiver_down` when nobody is or will be there, `sec::invalid_argument` for a body of
/// another type, otherwise `sec::runtime_error`.
OCKAM_ACTORS_EXPORT caf::error to_caf_error(const error& what);

/// The other way: errc::timeout for a time-out, errc::not_found when the receiver is down, otherwise
/// errc::handler_failed, with CAF's text.
OCKAM_ACTORS_EXPORT error from_caf_error(caf::actor_system& system, const caf::error& what);

} // namespace ockam
