#include "ockam/protocol/wire/puncture.hpp"

#include "route_form.hpp"

#include "ockam/protocol/text.hpp"

#include <algorithm>

namespace ockam::udp {

namespace {

using internal::cbor_cursor;
using internal::cbor_head_size;
using internal::cbor_writer;
using internal::exceeded;

constexpr std::uint64_t max_u32 = 0xffffffff;

using kind = puncture_message::kind;

// -- writing ---------------------------------------------------------------------------------------

std::size_t octets_size(bytes_view octets) noexcept {
  auto size = cbor_head_size(octets.size());
  for (const auto octet : octets)
    size += cbor_head_size(octet);
  return size;
}

void put_octets(cbor_writer& out, bytes_view octets) noexcept {
  out.array(octets.size());
  for (const auto octet : octets)
    out.unsigned_integer(octet);
}

/// A variant without fields: the number and an empty list.
shared_bytes plain_variant(std::uint8_t number) {
  return shared_bytes::of_size(3, [&](std::span<std::uint8_t> memory) {
    cbor_writer out{memory.data()};
    out.array(2);
    out.unsigned_integer(number);
    out.array(0);
  });
}

tl::unexpected<error> not_utf8(const std::string& public_address) {
  return fail(errc::invalid_utf8,
              "the public address " + escaped(public_address) + " is not UTF-8");
}

// -- reading ---------------------------------------------------------------------------------------

/// The input, and the limit that it exceeds, if any.
struct reading {
  cbor_cursor in;
  const decode_limits& limits;
  exceeded limit{};

  void need_field(internal::cbor_sequence& fields) noexcept {
    if (!in.next(fields))
      in.fail(errc::missing_field);
  }

  void skip_rest(internal::cbor_sequence& fields) noexcept {
    while (in.next(fields))
      in.skip();
  }

  /// The number of a variant; the fields come next.
  std::uint64_t variant() noexcept {
    const auto parts = in.enter_array();
    if (parts.indefinite || parts.left != 2)
      in.fail(errc::type_mismatch);
    return in.read_unsigned(max_u32);
  }

  void refuse_address(std::size_t size) noexcept {
    limit = internal::too_long_address(size, limits);
    in.fail(errc::address_too_long);
  }

  std::string public_address() {
    const auto text = in.read_text();
    if (text.size() <= limits.max_address_size)
      return std::string{text};
    refuse_address(text.size());
    return {};
  }

  bytes octets(std::size_t most) {
    auto items = in.enter_array();
    bytes read;
    read.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(items.left, most)));
    while (in.next(items)) {
      if (read.size() == most) {
        refuse_address(read.size() + 1 + static_cast<std::size_t>(items.left));
        return {};
      }
      const auto octet = in.read_unsigned(0xff);
      if (in.ok())
        read.push_back(static_cast<std::uint8_t>(octet));
    }
    return read;
  }

  /// The value, or the error of the input.
  template <class T>
  result<T> outcome(T&& read, const char* what, std::size_t size) const {
    if (limit.what != nullptr)
      return fail(in.problem(), internal::describe(limit));
    if (!in.ok())
      return fail(in.problem(), std::string{what} + " of " + std::to_string(size)
                                  + " bytes cannot be decoded: error at byte "
                                  + std::to_string(in.offset()));
    return std::forward<T>(read);
  }
};

message read_payload(reading& from) {
  auto fields = from.in.enter_array();
  from.need_field(fields);
  auto onward = internal::read_route(from.in, from.limits, from.limit);
  from.need_field(fields);
  auto back = internal::read_route(from.in, from.limits, from.limit);
  from.need_field(fields);
  auto body = from.octets(from.in.remaining());
  from.skip_rest(fields);
  return {std::move(onward), std::move(back), shared_bytes::adopt(std::move(body))};
}

// -- in payloads -----------------------------------------------------------------------------------

template <class T>
void write_raw(bare_writer& out, const T& value) {
  const auto encoded = encode(value);
  if (encoded)
    out.raw(encoded->view());
  else
    out.fail(encoded.error());
}

template <class T>
T read_raw(bare_reader& in, result<T> decoded) {
  if (decoded)
    return std::move(*decoded);
  in.fail(std::move(decoded.error()));
  return {};
}

} // namespace

// -- rendezvous ------------------------------------------------------------------------------------

result<shared_bytes> encode(rendezvous_request value) {
  return plain_variant(static_cast<std::uint8_t>(value));
}

result<rendezvous_request> decode_rendezvous_request(bytes_view cbor) {
  const decode_limits limits;
  reading from{cbor_cursor{cbor}, limits};
  const auto number = from.variant();
  if (number > static_cast<std::uint64_t>(rendezvous_request::get_my_address))
    from.in.fail(errc::unknown_variant);
  from.in.skip();
  return from.outcome(static_cast<rendezvous_request>(number), "the rendezvous request",
                      cbor.size());
}

result<shared_bytes> encode(const rendezvous_response& value) {
  if (!value.my_address)
    return plain_variant(0);
  if (!is_utf8(*value.my_address))
    return not_utf8(*value.my_address);
  const auto size = 3 + internal::cbor_string_size(value.my_address->size());
  return shared_bytes::of_size(size, [&](std::span<std::uint8_t> memory) {
    cbor_writer out{memory.data()};
    out.array(2);
    out.unsigned_integer(1);
    out.array(1);
    out.text(*value.my_address);
  });
}

result<rendezvous_response> decode_rendezvous_response(bytes_view cbor,
                                                       const decode_limits& limits) {
  reading from{cbor_cursor{cbor}, limits};
  rendezvous_response read;
  switch (from.variant()) {
    case 0:
      from.in.skip();
      break;
    case 1: {
      auto fields = from.in.enter_array();
      from.need_field(fields);
      read.my_address = from.public_address();
      from.skip_rest(fields);
      break;
    }
    default:
      from.in.fail(errc::unknown_variant);
  }
  return from.outcome(std::move(read), "the rendezvous response", cbor.size());
}

// -- negotiation -----------------------------------------------------------------------------------

result<shared_bytes> encode(const negotiation& value) {
  if (!is_utf8(value.public_address))
    return not_utf8(value.public_address);
  const auto worker = as_bytes(value.puncture.value());
  const auto size = 1 + internal::cbor_string_size(value.public_address.size())
                    + octets_size(worker);
  return shared_bytes::of_size(size, [&](std::span<std::uint8_t> memory) {
    cbor_writer out{memory.data()};
    out.array(2);
    out.text(value.public_address);
    put_octets(out, worker);
  });
}

result<negotiation> decode_negotiation(bytes_view cbor, const decode_limits& limits) {
  reading from{cbor_cursor{cbor}, limits};
  auto fields = from.in.enter_array();
  from.need_field(fields);
  auto public_address = from.public_address();
  from.need_field(fields);
  const auto worker = from.octets(limits.max_address_size);
  from.skip_rest(fields);
  return from.outcome(negotiation{std::move(public_address), address{bytes_view{worker}}},
                      "the negotiation", cbor.size());
}

// -- puncture --------------------------------------------------------------------------------------

result<shared_bytes> encode(const puncture_message& value) {
  if (value.what != kind::payload)
    return plain_variant(static_cast<std::uint8_t>(value.what));
  const auto& onward = value.content.onward_route();
  const auto& back = value.content.return_route();
  const auto body = value.content.payload().view();
  const auto size = 3 + internal::route_size(onward) + internal::route_size(back)
                    + octets_size(body);
  return shared_bytes::of_size(size, [&](std::span<std::uint8_t> memory) {
    cbor_writer head{memory.data()};
    head.array(2);
    head.unsigned_integer(static_cast<std::uint8_t>(kind::payload));
    head.array(3);
    cbor_writer out{internal::put_route(internal::put_route(head.position(), onward), back)};
    put_octets(out, body);
  });
}

result<puncture_message> decode_puncture_message(bytes_view cbor, const decode_limits& limits) {
  reading from{cbor_cursor{cbor}, limits};
  puncture_message read;
  switch (from.variant()) {
    case static_cast<std::uint64_t>(kind::ping):
      from.in.skip();
      break;
    case static_cast<std::uint64_t>(kind::pong):
      read.what = kind::pong;
      from.in.skip();
      break;
    case static_cast<std::uint64_t>(kind::payload):
      read.what = kind::payload;
      read.content = read_payload(from);
      break;
    default:
      from.in.fail(errc::unknown_variant);
  }
  return from.outcome(std::move(read), "the puncture message", cbor.size());
}

} // namespace ockam::udp

namespace ockam {

void payload_codec<udp::rendezvous_request>::write(bare_writer& out,
                                                   udp::rendezvous_request value) {
  udp::write_raw(out, value);
}

udp::rendezvous_request payload_codec<udp::rendezvous_request>::read(bare_reader& in) {
  return udp::read_raw(in, udp::decode_rendezvous_request(in.rest().view()));
}

void payload_codec<udp::rendezvous_response>::write(bare_writer& out,
                                                    const udp::rendezvous_response& value) {
  udp::write_raw(out, value);
}

udp::rendezvous_response payload_codec<udp::rendezvous_response>::read(bare_reader& in) {
  return udp::read_raw(in, udp::decode_rendezvous_response(in.rest().view()));
}

void payload_codec<udp::negotiation>::write(bare_writer& out, const udp::negotiation& value) {
  udp::write_raw(out, value);
}

udp::negotiation payload_codec<udp::negotiation>::read(bare_reader& in) {
  return udp::read_raw(in, udp::decode_negotiation(in.rest().view()));
}

void payload_codec<udp::puncture_message>::write(bare_writer& out,
                                                 const udp::puncture_message& value) {
  udp::write_raw(out, value);
}

udp::puncture_message payload_codec<udp::puncture_message>::read(bare_reader& in) {
  return udp::read_raw(in, udp::decode_puncture_message(in.rest().view()));
}

} // namespace ockam
