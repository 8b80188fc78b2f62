#pragma once

#include "ockam/protocol/address.hpp"
#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/detail/export.hpp"
#include "ockam/protocol/message.hpp"
#include "ockam/protocol/payload.hpp"
#include "ockam/protocol/result.hpp"
#include "ockam/protocol/shared_bytes.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// The messages with which nodes behind NAT reach each other over UDP (docs/wire_format.md, "UDP
/// puncture").
///
///     rendezvous request    [0, []]  ping
///                           [1, []]  what is my address
///     rendezvous response   [0, []]  pong
///                           [1, [text]]  the address, `ip:port`
///     negotiation           [text, octets]  public address of a node, address of its puncture
///     puncture message      [0, []]  ping
///                           [1, []]  pong
///                           [2, [route, route, octets]]  payload: onward route, return route, body
///
/// CBOR without BARE around it; octets are an array of integers, one a byte. In a payload, bytes
/// behind the item are ignored.
namespace ockam::udp {

enum class rendezvous_request : std::uint8_t { ping, get_my_address };

/// The answer to either request.
struct rendezvous_response {
  std::optional<std::string> my_address; ///< `ip:port` of the requester; nullopt: a pong

  bool operator==(const rendezvous_response&) const = default;
};

/// The reachability of a node: sent by the initiator and returned by the responder.
struct negotiation {
  std::string public_address; ///< `ip:port`, as the rendezvous service saw it
  address puncture;           ///< the local address at that node that receives pings

  bool operator==(const negotiation&) const = default;
};

/// A message between the two ends of a puncture.
struct puncture_message {
  enum class kind : std::uint8_t { ping, pong, payload };

  kind what = kind::ping;
  message content{}; ///< of a payload: both routes and the body, nothing else

  bool operator==(const puncture_message&) const = default;
};

/// Canonical CBOR. - errc::invalid_utf8  text that is not UTF-8
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<shared_bytes> encode(rendezvous_request value);
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<shared_bytes> encode(const rendezvous_response& value);
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<shared_bytes> encode(const negotiation& value);
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<shared_bytes> encode(const puncture_message& value);

/// Copies the input: at most 8 bytes of heap per byte of input, plus a small constant.
///
/// - errc::unknown_variant  a number not listed above
/// - errc::type_mismatch    also a variant that is no array of exactly two
/// - errc::truncated, errc::missing_field, errc::integer_out_of_range, errc::invalid_utf8,
///   errc::nesting_too_deep
/// - errc::route_too_long, errc::address_too_long  above `limits`, which cover public addresses too
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<rendezvous_request> decode_rendezvous_request(
  bytes_view cbor);
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<rendezvous_response> decode_rendezvous_response(
  bytes_view cbor, const decode_limits& limits = {});
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<negotiation> decode_negotiation(
  bytes_view cbor, const decode_limits& limits = {});
[[nodiscard]] OCKAM_PROTOCOL_EXPORT result<puncture_message> decode_puncture_message(
  bytes_view cbor, const decode_limits& limits = {});

} // namespace ockam::udp

template <>
struct OCKAM_PROTOCOL_EXPORT ockam::payload_codec<ockam::udp::rendezvous_request> {
  static void write(bare_writer& out, udp::rendezvous_request value);
  static udp::rendezvous_request read(bare_reader& in);
};

template <>
struct OCKAM_PROTOCOL_EXPORT ockam::payload_codec<ockam::udp::rendezvous_response> {
  static void write(bare_writer& out, const udp::rendezvous_response& value);
  static udp::rendezvous_response read(bare_reader& in);
};

template <>
struct OCKAM_PROTOCOL_EXPORT ockam::payload_codec<ockam::udp::negotiation> {
  static void write(bare_writer& out, const udp::negotiation& value);
  static udp::negotiation read(bare_reader& in);
};

template <>
struct OCKAM_PROTOCOL_EXPORT ockam::payload_codec<ockam::udp::puncture_message> {
  static void write(bare_writer& out, const udp::puncture_message& value);
  static udp::puncture_message read(bare_reader& in);
};
