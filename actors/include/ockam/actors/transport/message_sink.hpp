#pragma once

#include "ockam/actors/detail/caf_compat.hpp"
#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/detail/routed_message.hpp"
#include "ockam/actors/metrics.hpp"
#include "ockam/protocol/detail/credit.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace ockam {

/// What runs the calling actor, or nullptr on a thread that runs none; pass it on unchanged.
using execution_context = compat::execution_context;

/// The output of a connection.
class OCKAM_ACTORS_EXPORT message_sink {
public:
  virtual ~message_sink() = default;

  /// Takes a message over for writing. Called on the sender's thread, by several threads at once;
  /// must not block. `context` is the execution context of the caller, or nullptr.
  ///
  /// The first onward address is the connection's own and does not go on the wire
  /// (`encode_options::skip_hops`). Of an accepted message, move the queued parts out of
  /// `content`, and call `count_written` or `count_dropped` of the port later. A refused message stays
  /// unchanged; the sender gets the error, and the router counts the message.
  [[nodiscard]] virtual result<void> push(routed_message& content, execution_context* context) = 0;

  enum class room : std::uint8_t {
    available, // a message would be accepted now, or refused for another reason
    awaited,   // `waiting` is woken when room is available
  };

  /// Whether `push` would refuse a message of `size` bytes for want of room; then `waiting` is woken
  /// once, by any thread, when there is room again or the connection has ended; without `waiting` it
  /// only returns. Thread-safe.
  virtual room wait_for_room(std::size_t size, const ref_ptr<capacity_listener>& waiting);

  /// Where the messages go, for error texts: "the connection with 127.0.0.1:4000".
  [[nodiscard]] virtual std::string description() const;

  /// The address was stopped (`connection::close`, `stop_worker`): write what was pushed, then end.
  virtual void close() = 0;
};

/// The reason under which the router counts a message that `push` has refused.
[[nodiscard]] OCKAM_ACTORS_EXPORT drop_reason reason_of_refusal(const error& refusal) noexcept;

} // namespace ockam
