#pragma once

#include "ockam/actors/detail/worker_object.hpp" // understands_errors
#include "ockam/protocol/address.hpp"
#include "ockam/protocol/message.hpp"
#include "ockam/protocol/result.hpp"

#include <optional>

// How a request learns that it failed, across nodes (docs/wire_format.md, "Error replies").

namespace ockam::internal {

/// A random address for a reply. Its suffix shows other nodes of this library that its owner
/// understands error replies; to all others it is an address like any other.
address make_reply_address();

/// The error reply to the requester at the end of `return_route`.
/// @param where  the address that failed
message make_error_reply(const route& return_route, const error& why, const address& where);

/// The error in an error reply; nullopt for every other message. `content`
/// has arrived at the requester.
[[nodiscard]] std::optional<error> read_error_reply(const message& content);

/// What a requester at another place may know of a failure: the code and a standard sentence.
[[nodiscard]] error without_details(const error& why);

} // namespace ockam::internal
