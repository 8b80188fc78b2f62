#pragma once

#include "ockam/actors/detail/caf_compat.hpp"
#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/detail/routed_message.hpp"
#include "ockam/actors/detail/type_ids.hpp"
#include "ockam/protocol/result.hpp"

#include <caf/error.hpp>
#include <caf/fwd.hpp>

namespace ockam {

/// The one typed interface of every worker: a routed message in, nothing out.
///
/// A CAF actor written by hand derives from `ockam::worker_actor::base` and handles
/// `ockam::routed_message&`.
using worker_actor = compat::typed_actor<caf::result<void>(routed_message)>;

/// The router of a node. Routed messages go on to the first address of their onward route on the
/// sender's thread; commands are answered by the actor.
using router_actor = compat::typed_actor<caf::result<void>(routed_message),
                                         caf::result<router_reply>(router_command)>;

// -- CAF in one spelling ---------------------------------------------------------------------------
//
// What programs call whose source builds with CAF 0.17.6, CAF 1.x and CAF 2.

/// `typed_actor<caf::result<Out>(In)...>`: a `caf::typed_actor`, in the spelling of CAF 1.x.
using compat::typed_actor;

/// Registers the message types of id blocks and of CAF: `init_message_types<caf::id_block::ockam>()`.
/// Once, before the first actor system is made, in programs without `CAF_MAIN`.
using compat::init_message_types;

/// For CAF 0.17.6, where a configuration holds the types: `add_message_types<Blocks...>(config)`. Needed
/// there for what CAF's middleman carries to other processes; without effect in later versions.
using compat::add_message_types;

/// Sets up a system that serves connections, before it is made: few threads with one queue.
using compat::tune_for_io;

/// How many actors of a system have not ended, without CAF's own. Thread-safe.
using compat::running_actors;

/// `request(self, to, content).then(...)`: sends a request that waits without limit.
using compat::request;

/// The text of a `caf::error`: `render(system, what)`.
using compat::render;

// -- errors ----------------------------------------------------------------------------------------

/// An error of this library as one of CAF, with its text: `sec::request_timeout` for a time-out,
/// `sec::request_receiver_down` when there is no receiver, `sec::invalid_argument` for a body of
/// another type, otherwise `sec::runtime_error`.
OCKAM_ACTORS_EXPORT caf::error to_caf_error(const error& what);

/// The other way: errc::timeout for a time-out, errc::not_found when the receiver is down, otherwise
/// errc::handler_failed, with CAF's text.
OCKAM_ACTORS_EXPORT error from_caf_error(caf::actor_system& system, const caf::error& what);

} // namespace ockam
