#pragma once

// The options of nodes and transports as options of CAF: the group `ockam` of a program's
// configuration file and command line.
//
//     ockam { max-pending-bytes = 1048576, connect-timeout = 2s }
//     --ockam.max-pending-bytes=1048576
//
// A node or a transport that is made without options takes them from there. A name that several
// transports share, such as `max-frame-size` or `io-threads`, is for all of them.

#include "ockam/actors/config.hpp"
#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/tcp.hpp"
#include "ockam/transports/udp.hpp"
#include "ockam/transports/uds.hpp"

#include <caf/fwd.hpp>

#include <utility>

namespace ockam {

/// Adds the group `ockam`, so that CAF checks names and types and lists it under `--help`.
OCKAM_TRANSPORTS_EXPORT void add_options(caf::config_option_set& to);

/// Adds the values of the group, defaults included, to the output of `--dump-config`.
OCKAM_TRANSPORTS_EXPORT void add_values(const caf::actor_system_config& config, caf::settings& to);

/// A configuration with the group: `Base` is CAF's, or derived from it.
///
///     struct my_config : ockam::config_mixin<caf::actor_system_config> { ... };
template <class Base>
class config_mixin : public Base {
public:
  config_mixin() { add_options(this->custom_options_); }

  [[nodiscard]] auto dump_content() const
    -> decltype(std::declval<const Base&>().dump_content()) override {
    auto all = Base::dump_content();
    add_values(*this, all);
    return all;
  }
};

// The options of a transport in the group `ockam`, with defaults for those that are not set. They throw
// `failure` with errc::invalid_value for an unknown option, and for a value that an option does not
// take. For WebSocket: its header.

namespace tcp {
OCKAM_TRANSPORTS_EXPORT transport_options
transport_options_from(const caf::actor_system_config& config);
} // namespace tcp

namespace udp {
OCKAM_TRANSPORTS_EXPORT transport_options
transport_options_from(const caf::actor_system_config& config);
} // namespace udp

namespace uds {
OCKAM_TRANSPORTS_EXPORT transport_options
transport_options_from(const caf::actor_system_config& config);
} // namespace uds

} // namespace ockam
