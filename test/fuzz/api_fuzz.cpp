// API headers and error bodies: what is accepted re-encodes to a fixed point.

#include "check.hpp"

#include "ockam/protocol/wire/api.hpp"

#include <cstddef>
#include <cstdint>

using namespace ockam;
using fuzz::require;

namespace {

template <class Decode>
void check(const shared_bytes& input, Decode decode) {
  const auto decoded = decode(input);
  if (!decoded)
    return;
  const auto encoded = api::encode(*decoded);
  require(encoded.has_value(), "what was read can be written");
  require(decode(*encoded) == *decoded, "what was written is what was read");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = shared_bytes{bytes_view{data, size}};
  check(input, api::decode_request);
  check(input, api::decode_response);
  check(input, api::decode_error);
  if (const auto wrapped = decode_payload<api::request>(input))
    require(decode_payload<api::request>(encode_payload(*wrapped).value()) == *wrapped,
            "a wrapped request survives");
  return 0;
}
