#include "ockam/actors/caf.hpp"

#include "ockam/actors/detail/caf_compat.hpp"

#include <caf/sec.hpp>

namespace ockam {

namespace {

caf::sec code_of(const error& what) {
  switch (what.kind()) {
    case error_kind::timeout:
      return caf::sec::request_timeout;
    case error_kind::not_found:
    case error_kind::cancelled:
    case error_kind::shutdown:
      return caf::sec::request_receiver_down;
    case error_kind::serialization:
    case error_kind::parse:
    case error_kind::invalid:
      return caf::sec::invalid_argument;
    default:
      return caf::sec::runtime_error;
  }
}

} // namespace

caf::error to_caf_error(const error& what) {
  return caf::make_error(code_of(what), to_string(what));
}

error from_caf_error(caf::actor_system& system, const caf::error& what) {
  const auto code = what == caf::sec::request_timeout         ? errc::timeout
                    : what == caf::sec::request_receiver_down ? errc::not_found
                                                              : errc::handler_failed;
  return {code, compat::render(system, what)};
}

} // namespace ockam
