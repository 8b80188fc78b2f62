#pragma once

#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/wire/frame.hpp"

namespace ockam::sdk {

/// The encoding of a stream of messages.
struct stream_format {
  stream_framing frames;
  const message_form& form;

  /// An undecodable message is dropped alone, as the reference does; otherwise it ends the connection. A
  /// message above the limits is always dropped alone.
  bool ignores_undecodable = false;
};

inline constexpr stream_format tcp_format{tcp_framing, cbor_form};
inline constexpr stream_format uds_format{uds_framing, bare_form, true};
inline constexpr stream_format websocket_format{no_framing, bare_form, true};
inline constexpr stream_format udp_format{no_framing, cbor_form, true};

} // namespace ockam::sdk
