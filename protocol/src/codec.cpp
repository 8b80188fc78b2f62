#include "ockam/protocol/codec.hpp"

#include "address_form.hpp"
#include "cbor.hpp"

#include "ockam/protocol/text.hpp"

namespace ockam {

namespace {

using internal::cbor_cursor;
using internal::cbor_writer;

constexpr std::string_view no_tracing = "{}";
constexpr std::size_t smallest_address = 3; // 82 00 40

/// A limit that the input exceeds; the cursor holds the code.
struct exceeded {
  const char* what = nullptr;
  const char* option = nullptr;
  std::uint64_t seen = 0;
  std::size_t limit = 0;
};

exceeded too_many_hops(std::uint64_t seen, const decode_limits& limits) {
  return {"a route with so many hops", "max-route-hops", seen, limits.max_route_hops};
}

exceeded too_long_address(std::uint64_t seen, const decode_limits& limits) {
  return {"an address with so many bytes", "max-address-size", seen, limits.max_address_size};
}

std::string describe(const exceeded& limit) {
  return std::string{limit.what} + " is refused: " + std::to_string(limit.seen) + ", "
         + limit.option + " is " + std::to_string(limit.limit) + "; raise " + limit.option
         + " to accept it";
}

/// An address whose heads are as short as they can be, and that is no longer than 255 bytes: nearly all.
std::optional<address_view> read_usual_address(cbor_cursor& in) noexcept {
  constexpr std::uint8_t array_of_two = 0x82;
  constexpr std::uint8_t short_string = 0x40; // to 0x57; then a head of two bytes
  constexpr std::uint8_t string_with_size = 0x58;
  const auto* at = in.position();
  if (in.remaining() < 4 || at[0] != array_of_two || at[1] >= 24)
    return std::nullopt;
  std::size_t head = 3;
  std::size_t size = at[2] - std::size_t{short_string};
  if (at[2] == string_with_size && at[3] >= 24) {
    head = 4;
    size = at[3];
  } else if (size >= 24) { // another type, too, for the difference wraps
    return std::nullopt;
  }
  if (size > in.remaining() - head)
    return std::nullopt;
  in.advance(head + size);
  return address_view{at[1], as_text({at + head, size})};
}

address_view read_address(cbor_cursor& in) noexcept {
  if (const auto usual = read_usual_address(in); usual)
    return *usual;
  auto fields = in.enter_array();
  if (!in.next(fields))
    return in.fail(errc::missing_field), address_view{};
  const auto type = static_cast<std::uint8_t>(in.read_unsigned(0xff));
  if (!in.next(fields))
    return in.fail(errc::missing_field), address_view{};
  const auto value = as_text(in.read_bytes());
  while (in.next(fields))
    in.skip();
  return {type, value};
}

/// Writes addresses that were accepted, but not in canonical form, in canonical form.
route canonical_route(bytes_view accepted, std::size_t canonical_size, std::size_t count) {
  bytes canonical(canonical_size);
  auto* to = canonical.data();
  cbor_cursor in{accepted};
  for (std::size_t i = 0; i < count; ++i)
    to = internal::put_address(to, read_address(in));
  return route::from_encoded(canonical, count);
}

route read_route(cbor_cursor& in, const decode_limits& limits, exceeded& limit) {
  auto hops = in.enter_array(smallest_address);
  const auto* const first = in.position();
  const auto* behind = first;
  std::size_t count = 0;
  std::size_t canonical_size = 0;
  while (in.next(hops)) {
    if (count == limits.max_route_hops) {
      limit = too_many_hops(count + 1 + hops.left, limits);
      return in.fail(errc::route_too_long), route{};
    }
    const auto hop = read_address(in);
    if (hop.value().size() > limits.max_address_size) {
      limit = too_long_address(hop.value().size(), limits);
      return in.fail(errc::address_too_long), route{};
    }
    canonical_size += internal::encoded_size(hop);
    ++count;
    behind = in.position();
  }
  if (!in.ok())
    return {};
  // Every other way to write an address takes more bytes, so equal sizes are equal forms.
  const bytes_view accepted{first, behind};
  if (accepted.size() == canonical_size)
    return route::from_encoded(accepted, count);
  return canonical_route(accepted, canonical_size, count);
}

/// The offset of `part` in `whole`, of which it is a part.
shared_bytes share(const shared_bytes& whole, bytes_view part) {
  if (part.empty())
    return {};
  return whole.slice(static_cast<std::size_t>(part.data() - whole.data()), part.size());
}

tl::unexpected<error> not_a_message(errc code, std::size_t offset, std::size_t size) {
  return fail(code, "the routing message of " + std::to_string(size)
                      + " bytes cannot be decoded, byte " + std::to_string(offset)
                      + " is where it goes wrong");
}

std::uint8_t* put_route(std::uint8_t* to, const route& hops) noexcept {
  cbor_writer out{to};
  out.array(hops.size());
  out.raw(hops.encoded());
  return out.position();
}

std::size_t route_size(const route& hops) noexcept {
  return internal::cbor_head_size(hops.size()) + hops.encoded().size();
}

} // namespace

result<message> decode_message(const shared_bytes& frame, const decode_limits& limits) {
  cbor_cursor in{frame.view()};
  exceeded limit;
  auto fields = in.enter_array();
  const auto need_field = [&] {
    if (!in.next(fields))
      in.fail(errc::missing_field);
  };
  message decoded{[&] {
                    need_field();
                    return read_route(in, limits, limit);
                  },
                  [&] {
                    need_field();
                    return read_route(in, limits, limit);
                  },
                  [&] {
                    need_field();
                    return share(frame, in.read_bytes());
                  },
                  [&]() -> std::optional<std::string> {
                    if (!in.next(fields) || in.read_null())
                      return std::nullopt;
                    const auto context = in.read_text();
                    if (context.size() > limits.max_tracing_context)
                      return std::nullopt;
                    return std::string{context};
                  }};
  while (in.next(fields))
    in.skip();

  if (limit.what != nullptr)
    return fail(in.problem(), describe(limit));
  if (!in.ok())
    return not_a_message(in.problem(), in.offset(), frame.size());
  return decoded;
}

std::size_t encoded_head_size(const message& value) noexcept {
  return 1 + route_size(value.onward_route()) + route_size(value.return_route())
         + internal::cbor_head_size(value.payload().size());
}

std::size_t encoded_tail_size(const message& value, absent_tracing when_absent) noexcept {
  if (value.tracing_context())
    return internal::cbor_string_size(value.tracing_context()->size());
  switch (when_absent) {
    case absent_tracing::empty_object:
      return internal::cbor_string_size(no_tracing.size());
    case absent_tracing::null:
      return 1;
    case absent_tracing::omitted:
      break;
  }
  return 0;
}

std::size_t encoded_size(const message& value, absent_tracing when_absent) noexcept {
  return encoded_head_size(value) + value.payload().size() + encoded_tail_size(value, when_absent);
}

std::uint8_t* encode_message_head(const message& value, std::uint8_t* to,
                                  absent_tracing when_absent) noexcept {
  const bool three = !value.tracing_context() && when_absent == absent_tracing::omitted;
  cbor_writer head{to};
  head.array(three ? 3 : 4);
  cbor_writer out{
    put_route(put_route(head.position(), value.onward_route()), value.return_route())};
  out.byte_string_head(value.payload().size());
  return out.position();
}

std::uint8_t* encode_message_tail(const message& value, std::uint8_t* to,
                                  absent_tracing when_absent) noexcept {
  cbor_writer out{to};
  if (value.tracing_context())
    out.text(*value.tracing_context());
  else if (when_absent == absent_tracing::empty_object)
    out.text(no_tracing);
  else if (when_absent == absent_tracing::null)
    out.null();
  return out.position();
}

std::uint8_t* encode_message(const message& value, std::uint8_t* to,
                             absent_tracing when_absent) noexcept {
  cbor_writer out{encode_message_head(value, to, when_absent)};
  out.raw(value.payload().view());
  return encode_message_tail(value, out.position(), when_absent);
}

bytes encode_message(const message& value, absent_tracing when_absent) {
  bytes encoded(encoded_size(value, when_absent));
  encode_message(value, encoded.data(), when_absent);
  return encoded;
}

const message_form cbor_form{
  .decode = &decode_message,
  .size = [](const message& value) noexcept { return encoded_size(value); },
  .encode = [](const message& value,
               std::uint8_t* to) noexcept { return encode_message(value, to); },
  .head_size = &encoded_head_size,
  .encode_head = [](const message& value,
                    std::uint8_t* to) noexcept { return encode_message_head(value, to); },
  .tail_size = [](const message& value) noexcept { return encoded_tail_size(value); },
  .encode_tail = [](const message& value,
                    std::uint8_t* to) noexcept { return encode_message_tail(value, to); },
};

} // namespace ockam
