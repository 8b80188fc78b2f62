#include "ockam/protocol/codec.hpp"

#include "cbor.hpp"
#include "route_form.hpp"

#include "ockam/protocol/text.hpp"

#include <algorithm>

namespace ockam {

namespace {

using internal::cbor_cursor;
using internal::cbor_writer;

constexpr std::string_view no_tracing = "{}";

/// A slice of `whole`, which adopts its reference.
shared_bytes take_part(shared_bytes&& whole, bytes_view part) {
  if (part.empty())
    return {};
  const auto offset = static_cast<std::size_t>(part.data() - whole.data());
  return std::move(whole).slice(offset, part.size());
}

tl::unexpected<error> not_a_message(errc code, std::size_t offset, std::size_t size) {
  return fail(code, "the routing message of " + std::to_string(size)
                      + " bytes cannot be decoded: error at byte " + std::to_string(offset));
}

} // namespace

result<message> decode_message(shared_bytes frame, const decode_limits& limits) {
  const auto input = frame.view();
  cbor_cursor in{input};
  internal::exceeded limit;
  auto fields = in.enter_array();
  const auto need_field = [&] {
    if (!in.next(fields))
      in.fail(errc::missing_field);
  };
  message decoded{[&] {
                    need_field();
                    return internal::read_route(in, limits, limit);
                  },
                  [&] {
                    need_field();
                    return internal::read_route(in, limits, limit);
                  },
                  [&] {
                    need_field();
                    return take_part(std::move(frame), in.read_bytes());
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
    return fail(in.problem(), internal::describe(limit));
  if (!in.ok())
    return not_a_message(in.problem(), in.offset(), input.size());
  return decoded;
}

namespace {

/// @param skip   leading hops that are not sent
/// @param added  hops that the receiver adds
result<void> check_route(const std::string& name, const route& hops, std::size_t skip,
                         std::size_t added, const decode_limits& limits) {
  skip = std::min(skip, hops.size());
  const auto leaving = hops.size() - skip;
  if (const auto arriving = leaving + added; arriving > limits.max_route_hops)
    return fail(errc::route_too_long,
                "the " + name + " has " + std::to_string(leaving) + " hops"
                  + (added > 0 ? " and " + std::to_string(arriving) + " at its receiver" : "")
                  + ", max-route-hops is " + std::to_string(limits.max_route_hops)
                  + "; send along a shorter route, or raise the limit on all nodes of the route");
  if (hops.encoded().size() <= limits.max_address_size) // so is each address
    return {};
  for (auto hop = std::next(hops.begin(), static_cast<std::ptrdiff_t>(skip)); hop != hops.end();
       ++hop)
    if (const auto size = (*hop).value().size(); size > limits.max_address_size)
      return fail(errc::address_too_long,
                  "an address of the " + name + " has " + std::to_string(size)
                    + " bytes, max-address-size is " + std::to_string(limits.max_address_size)
                    + "; use a shorter one, or raise the limit on all nodes of the route");
  return {};
}

} // namespace

result<void> check_limits(const message& value, const decode_limits& limits,
                          std::size_t skip_hops) {
  constexpr std::size_t connection_of_the_receiver = 1;
  if (auto fits = check_route("onward route", value.onward_route(), skip_hops, 0, limits); !fits)
    return fits;
  return check_route("return route", value.return_route(), 0, connection_of_the_receiver, limits);
}

std::size_t encoded_head_size(const message& value, encode_options options) noexcept {
  return 1 + internal::route_size(value.onward_route(), options.skip_hops)
         + internal::route_size(value.return_route())
         + internal::cbor_head_size(value.payload().size());
}

std::size_t encoded_tail_size(const message& value, encode_options options) noexcept {
  if (value.tracing_context())
    return internal::cbor_string_size(value.tracing_context()->size());
  switch (options.when_absent) {
    case absent_tracing::empty_object:
      return internal::cbor_string_size(no_tracing.size());
    case absent_tracing::null:
      return 1;
    case absent_tracing::omitted:
      break;
  }
  return 0;
}

std::size_t encoded_size(const message& value, encode_options options) noexcept {
  return encoded_head_size(value, options) + value.payload().size()
         + encoded_tail_size(value, options);
}

std::uint8_t* encode_message_head(const message& value, std::uint8_t* to,
                                  encode_options options) noexcept {
  const bool three = !value.tracing_context() && options.when_absent == absent_tracing::omitted;
  cbor_writer head{to};
  head.array(three ? 3 : 4);
  auto* const behind = internal::put_route(head.position(), value.onward_route(),
                                           options.skip_hops);
  cbor_writer out{internal::put_route(behind, value.return_route())};
  out.byte_string_head(value.payload().size());
  return out.position();
}

std::uint8_t* encode_message_tail(const message& value, std::uint8_t* to,
                                  encode_options options) noexcept {
  cbor_writer out{to};
  if (value.tracing_context())
    out.text(*value.tracing_context());
  else if (options.when_absent == absent_tracing::empty_object)
    out.text(no_tracing);
  else if (options.when_absent == absent_tracing::null)
    out.null();
  return out.position();
}

std::uint8_t* encode_message(const message& value, std::uint8_t* to,
                             encode_options options) noexcept {
  cbor_writer out{encode_message_head(value, to, options)};
  out.raw(value.payload().view());
  return encode_message_tail(value, out.position(), options);
}

bytes encode_message(const message& value, encode_options options) {
  bytes encoded(encoded_size(value, options));
  encode_message(value, encoded.data(), options);
  return encoded;
}

const message_form cbor_form{
  .decode = &decode_message,
  .size = &encoded_size,
  .encode = &encode_message,
  .head_size = &encoded_head_size,
  .encode_head = &encode_message_head,
  .tail_size = &encoded_tail_size,
  .encode_tail = &encode_message_tail,
};

} // namespace ockam
