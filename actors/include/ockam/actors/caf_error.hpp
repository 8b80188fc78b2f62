#pragma once

#include "ockam/actors/export.hpp"
#include "ockam/protocol/result.hpp"

#include <caf/error.hpp>
#include <caf/fwd.hpp>

namespace ockam {

/// An error of this library as one of CAF, with its text: `sec::request_timeout` for a time-out,
/// `sec::request_receiver_down` when nobody is or will be there, `sec::invalid_argument` for a body of
/// another type, otherwise `sec::runtime_error`.
OCKAM_ACTORS_EXPORT caf::error to_caf_error(const error& what);

/// The other way: errc::timeout for a time-out, errc::not_found when the receiver is down, otherwise
/// errc::handler_failed, with CAF's text.
OCKAM_ACTORS_EXPORT error from_caf_error(caf::actor_system& system, const caf::error& what);

} // namespace ockam
