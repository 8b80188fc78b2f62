// A routing message in CBOR form: what is accepted re-encodes to a fixed point.

#include "check.hpp"

#include "ockam/protocol/codec.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

using namespace ockam;
using fuzz::require;

namespace {

bool inside(const shared_bytes& part, const shared_bytes& whole) {
  return part.empty()
         || (part.data() >= whole.data()
             && part.data() + part.size() <= whole.data() + whole.size());
}

void check_pieces(const message& value, const bytes& whole, encode_options form) {
  bytes pieces(whole.size());
  auto* position = encode_message_head(value, pieces.data(), form);
  const auto payload = value.payload().view();
  position = std::copy(payload.begin(), payload.end(), position);
  position = encode_message_tail(value, position, form);
  require(position == pieces.data() + pieces.size(), "head, payload and tail have the whole size");
  require(pieces == whole, "head, payload and tail are the message");
}

void check_encoding(const message& value, encode_options form) {
  const auto encoded = encode_message(value, form);
  require(encoded.size() == encoded_size(value, form), "the size is known before");
  const auto again = decode_message(shared_bytes{encoded});
  require(again.has_value(), "what we write can be read");
  require(again->onward_route() == value.onward_route()
            && again->return_route() == value.return_route() && again->payload() == value.payload(),
          "what we write is what we had");
  require(!value.tracing_context() || again->tracing_context() == value.tracing_context(),
          "a tracing context is kept");
  require(encode_message(*again, form) == encoded, "encoding is a fixed point");
  if (auto shorter = message{value}.pop_front_onward_route()) {
    const encode_options skipping{.skip_hops = 1, .when_absent = form.when_absent};
    require(encode_message(value, skipping) == encode_message(*shorter, form),
            "a hop that is skipped is not written");
  }
  check_pieces(value, encoded, form);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto frame = shared_bytes{bytes_view{data, size}};
  const auto decoded = decode_message(frame);
  if (!decoded) {
    require(decoded.error().code() && !decoded.error().detail().empty(), "an error says why");
    return 0;
  }
  require(inside(decoded->payload(), frame), "the payload is not copied");
  require(decoded->onward_route().size() <= decode_limits{}.max_route_hops
            && decoded->return_route().size() <= decode_limits{}.max_route_hops,
          "routes keep their limit");
  for (const auto form :
       {absent_tracing::empty_object, absent_tracing::null, absent_tracing::omitted})
    check_encoding(*decoded, {.when_absent = form});
  return 0;
}
