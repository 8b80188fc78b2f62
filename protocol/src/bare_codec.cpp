#include "ockam/protocol/codec.hpp"

#include "address_form.hpp"

#include "ockam/protocol/bare.hpp"
#include "ockam/protocol/text.hpp"

#include <array>

namespace ockam {

namespace {

constexpr std::string_view no_tracing_context = "{}";
constexpr std::size_t smallest_address = 2; // 00 00

address_view read_address(bare_reader& in) {
  const auto type = in.integer<std::uint8_t>();
  return {type, as_text(in.data())};
}

/// Counts the addresses and measures their canonical form.
std::size_t measure_route(bare_reader& in, std::uint64_t count, const decode_limits& limits) {
  std::size_t canonical_size = 0;
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    const auto hop = read_address(in);
    if (hop.value().size() > limits.max_address_size)
      in.fail(errc::address_too_long, "an address of " + std::to_string(hop.value().size())
                                        + " bytes is refused, max-address-size is "
                                        + std::to_string(limits.max_address_size)
                                        + "; raise max-address-size to accept it");
    canonical_size += internal::encoded_size(hop);
  }
  return canonical_size;
}

route read_route(bare_reader& in, bytes_view input, const decode_limits& limits) {
  const auto count = in.uint();
  if (count > in.remaining() / smallest_address)
    in.fail(errc::truncated, "a route claims " + std::to_string(count) + " addresses, "
                               + std::to_string(in.remaining()) + " bytes follow");
  else if (count > limits.max_route_hops)
    in.fail(errc::route_too_long,
            "a route of " + std::to_string(count) + " hops is refused, max-route-hops is "
              + std::to_string(limits.max_route_hops) + "; raise max-route-hops to accept it");
  if (!in.ok())
    return {};
  bare_reader again{input.subspan(in.offset())};
  const auto canonical_size = measure_route(in, count, limits);
  if (!in.ok())
    return {};
  std::array<std::uint8_t, 128> few; // enough for most routes, without the heap
  bytes many(canonical_size > few.size() ? canonical_size : 0);
  auto* const canonical = many.empty() ? few.data() : many.data();
  auto* to = canonical;
  for (std::uint64_t i = 0; i < count; ++i)
    to = internal::put_address(to, read_address(again));
  return route::from_encoded({canonical, canonical_size}, static_cast<std::size_t>(count));
}

/// Anything that is not 01 and a well-formed text is no tracing context.
std::optional<std::string> read_tracing(bare_reader& in, const decode_limits& limits) {
  if (in.remaining() == 0 || in.integer<std::uint8_t>() != 1)
    return std::nullopt;
  const auto context = in.text();
  if (!in.ok() || context.size() > limits.max_tracing_context)
    return std::nullopt;
  return std::string{context};
}

std::size_t route_size(const route& hops) {
  auto size = bare_uint_size(hops.size());
  for (const auto hop : hops)
    size += 1 + bare_uint_size(hop.value().size()) + hop.value().size();
  return size;
}

void write_route(bare_writer& out, const route& hops) {
  out.uint(hops.size());
  for (const auto hop : hops) {
    out.integer(hop.type());
    out.data(as_bytes(hop.value()));
  }
}

/// All before the payload's bytes.
std::size_t head_size(const message& value) noexcept {
  return 1 + route_size(value.onward_route()) + route_size(value.return_route())
         + bare_uint_size(value.payload().size());
}

void write_head(bare_writer& out, const message& value, std::uint8_t version) {
  out.integer(version);
  write_route(out, value.onward_route());
  write_route(out, value.return_route());
  out.uint(value.payload().size());
}

/// All behind them.
void write_tail(bare_writer& out, const message& value, absent_tracing when_absent) {
  if (!value.tracing_context() && when_absent == absent_tracing::omitted)
    return;
  const bool present = value.tracing_context() || when_absent == absent_tracing::empty_object;
  out.boolean(present);
  if (present)
    out.data(as_bytes(value.tracing_context() ? std::string_view{*value.tracing_context()}
                                              : no_tracing_context));
}

std::size_t tail_size(const message& value, absent_tracing when_absent) noexcept {
  bare_writer counter;
  write_tail(counter, value, when_absent);
  return counter.size();
}

} // namespace

result<message> decode_bare_message(shared_bytes frame, const decode_limits& limits) {
  bare_reader in{frame};
  in.integer<std::uint8_t>(); // the version, which no receiver of this form looks at
  auto onward = read_route(in, frame.view(), limits);
  auto back = read_route(in, frame.view(), limits);
  auto payload = in.shared_data();
  if (!in.ok())
    return fail(in.error());
  auto tracing = read_tracing(in, limits);
  message decoded{std::move(onward), std::move(back), std::move(payload)};
  if (tracing)
    return std::move(decoded).set_tracing_context(std::move(tracing));
  return decoded;
}

bytes encode_bare_message(const message& value, absent_tracing when_absent, std::uint8_t version) {
  const auto payload = value.payload().view();
  bytes encoded(head_size(value) + payload.size() + tail_size(value, when_absent));
  bare_writer out{encoded};
  write_head(out, value, version);
  out.raw(payload);
  write_tail(out, value, when_absent);
  return encoded;
}

namespace {

constexpr std::uint8_t bare_version = 1;

std::size_t default_tail_size(const message& value) noexcept {
  return tail_size(value, absent_tracing::empty_object);
}

std::size_t default_size(const message& value) noexcept {
  return head_size(value) + value.payload().size() + default_tail_size(value);
}

/// Calls `write` with a writer of `size` bytes; returns the position behind them.
template <class Write>
std::uint8_t* write_to(std::uint8_t* to, std::size_t size, const Write& write) noexcept {
  bare_writer out{{to, size}};
  write(out);
  return to + size;
}

} // namespace

const message_form bare_form{
  .decode = &decode_bare_message,
  .size = &default_size,
  .encode =
    [](const message& value, std::uint8_t* to) noexcept {
      return write_to(to, default_size(value), [&](bare_writer& out) {
        write_head(out, value, bare_version);
        out.raw(value.payload().view());
        write_tail(out, value, absent_tracing::empty_object);
      });
    },
  .head_size = &head_size,
  .encode_head =
    [](const message& value, std::uint8_t* to) noexcept {
      return write_to(to, head_size(value),
                      [&](bare_writer& out) { write_head(out, value, bare_version); });
    },
  .tail_size = &default_tail_size,
  .encode_tail =
    [](const message& value, std::uint8_t* to) noexcept {
      return write_to(to, default_tail_size(value), [&](bare_writer& out) {
        write_tail(out, value, absent_tracing::empty_object);
      });
    },
};

} // namespace ockam
