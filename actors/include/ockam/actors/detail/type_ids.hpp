#pragma once

#include "ockam/actors/detail/caf_compat.hpp"
#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/detail/routed_message.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

#include <string>
#include <vector>

/// First CAF type id of this library, counted from `caf::first_custom_type_id`. One value per
/// program: the CMake option of this name sets it for the library and for all who link the target
/// (docs/operate.md, "Building it into a program").
#ifndef OCKAM_CAF_TYPE_ID_OFFSET
#  define OCKAM_CAF_TYPE_ID_OFFSET 700
#endif

namespace ockam {

/// For CAF's middleman: a worker may live on another CAF node.
template <class Inspector>
auto inspect(Inspector& f, routed_message& content) {
  return compat::inspect_as_bytes(
    f, content, "ockam::routed_message", [&] { return content.to_bytes(); },
    [&](const bytes& encoded) {
      auto decoded = routed_message::from_bytes(encoded);
      if (decoded)
        content = std::move(*decoded);
      return decoded.has_value();
    });
}

/// A command of the node to the actor around a worker, in order with its messages.
struct OCKAM_ACTORS_EXPORT worker_signal {
  enum class kind : std::uint8_t {
    start,
    stop,
    process,
    reply_timeout,
    request_failed,
    retry, // the pause between two attempts of a request is over
    room,  // in the output of a connection whose messages wait
    call,
    end
  };
  kind what = kind::start;
  std::uint64_t id = 0;      // of a request
  std::uint32_t attempt = 0; // of that request
};

/// A command to a router actor. Each is also a call of the node; the messages are for CAF actors that
/// hold only the router's handle.
///
/// A failed command is answered with `sec::runtime_error` and the text of the error: those of
/// `node::expose` and `node::stop_worker`; errc::invalid_value for a malformed address; errc::misuse
/// for a missing actor or address.
struct OCKAM_ACTORS_EXPORT router_command {
  enum class kind : std::uint8_t {
    list_workers, // primary addresses
    expose,       // registers `actor` at `addresses`, as `node::expose`
    stop_worker,  // the worker at the first of `addresses`
  };
  kind what = kind::list_workers;
  std::vector<std::string> addresses{};
  caf::strong_actor_ptr actor{};
};

/// The answer: the primary addresses that were listed, registered or stopped.
struct OCKAM_ACTORS_EXPORT router_reply {
  std::vector<std::string> addresses;
};

} // namespace ockam

CAF_BEGIN_TYPE_ID_BLOCK(ockam, first_custom_type_id + OCKAM_CAF_TYPE_ID_OFFSET)
CAF_ADD_TYPE_ID(ockam, (ockam::routed_message))
CAF_ADD_TYPE_ID(ockam, (ockam::worker_signal))
CAF_ADD_TYPE_ID(ockam, (ockam::router_command))
CAF_ADD_TYPE_ID(ockam, (ockam::router_reply))
CAF_END_TYPE_ID_BLOCK(ockam)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ockam::worker_signal)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ockam::router_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ockam::router_reply)
