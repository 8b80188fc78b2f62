#include "ockam/protocol/codec.hpp"

#include "address_form.hpp"
#include "route_form.hpp"

#include "ockam/protocol/bare.hpp"
#include "ockam/protocol/text.hpp"

#include <algorithm>
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
  std::array<std::uint8_t, 128> few; // enough for most routes
  bytes many(canonical_size > few.size() ? canonical_size : 0);
  auto* const canonical = many.empty() ? few.data() : many.data();
  auto* to = canonical;
  for (std::uint64_t i = 0; i < count; ++i)
    to = internal::put_address(to, read_address(again));
  return route::from_encoded({canonical, canonical_size}, static_cast<std::size_t>(count));
}

/// Anything but 01 and well-formed text counts as an absent tracing context.
std::optional<std::string> read_tracing(bare_reader& in, const decode_limits& limits) {
  if (in.remaining() == 0 || in.integer<std::uint8_t>() != 1)
    return std::nullopt;
  const auto context = in.text();
  if (!in.ok() || context.size() > limits.max_tracing_context)
    return std::nullopt;
  return std::string{context};
}

/// The first address to write.
route::iterator behind(const route& hops, std::size_t skip_hops) {
  return std::next(hops.begin(), static_cast<std::ptrdiff_t>(std::min(skip_hops, hops.size())));
}

std::size_t route_size(const route& hops, std::size_t skip_hops = 0) {
  auto size = bare_uint_size(internal::hops_behind(hops, skip_hops));
  for (auto at = behind(hops, skip_hops); at != hops.end(); ++at)
    size += 1 + bare_uint_size((*at).value().size()) + (*at).value().size();
  return size;
}

void write_route(bare_writer& out, const route& hops, std::size_t skip_hops = 0) {
  out.uint(internal::hops_behind(hops, skip_hops));
  for (auto at = behind(hops, skip_hops); at != hops.end(); ++at) {
    const auto hop = *at;
    out.integer(hop.type());
    out.data(as_bytes(hop.value()));
  }
}

/// Everything before the bytes of the payload.
std::size_t head_size(const message& value, encode_options options) noexcept {
  return 1 + route_size(value.onward_route(), options.skip_hops) + route_size(value.return_route())
         + bare_uint_size(value.payload().size());
}

void write_head(bare_writer& out, const message& value, encode_options options,
                std::uint8_t version) {
  out.integer(version);
  write_route(out, value.onward_route(), options.skip_hops);
  write_route(out, value.return_route());
  out.uint(value.payload().size());
}

/// Everything behind them.
void write_tail(bare_writer& out, const message& value, encode_options options) {
  if (!value.tracing_context() && options.when_absent == absent_tracing::omitted)
    return;
  const bool present = value.tracing_context()
                       || options.when_absent == absent_tracing::empty_object;
  out.boolean(present);
  if (present)
    out.data(as_bytes(value.tracing_context() ? std::string_view{*value.tracing_context()}
                                              : no_tracing_context));
}

std::size_t tail_size(const message& value, encode_options options) noexcept {
  bare_writer counter;
  write_tail(counter, value, options);
  return counter.size();
}

std::size_t whole_size(const message& value, encode_options options) noexcept {
  return head_size(value, options) + value.payload().size() + tail_size(value, options);
}

void write_whole(bare_writer& out, const message& value, encode_options options,
                 std::uint8_t version) {
  write_head(out, value, options, version);
  out.raw(value.payload().view());
  write_tail(out, value, options);
}

} // namespace

result<message> decode_bare_message(shared_bytes frame, const decode_limits& limits) {
  bare_reader in{frame};
  in.integer<std::uint8_t>(); // the version, which no receiver of this form checks
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

bytes encode_bare_message(const message& value, encode_options options, std::uint8_t version) {
  bytes encoded(whole_size(value, options));
  bare_writer out{encoded};
  write_whole(out, value, options, version);
  return encoded;
}

namespace {

constexpr std::uint8_t bare_version = 1;

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
  .size = &whole_size,
  .encode =
    [](const message& value, std::uint8_t* to, encode_options options) noexcept {
      return write_to(to, whole_size(value, options),
                      [&](bare_writer& out) { write_whole(out, value, options, bare_version); });
    },
  .head_size = &head_size,
  .encode_head =
    [](const message& value, std::uint8_t* to, encode_options options) noexcept {
      return write_to(to, head_size(value, options),
                      [&](bare_writer& out) { write_head(out, value, options, bare_version); });
    },
  .tail_size = &tail_size,
  .encode_tail =
    [](const message& value, std::uint8_t* to, encode_options options) noexcept {
      return write_to(to, tail_size(value, options),
                      [&](bare_writer& out) { write_tail(out, value, options); });
    },
};

} // namespace ockam
