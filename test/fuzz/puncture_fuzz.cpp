// Rendezvous, negotiation and puncture messages: what is accepted re-encodes to a fixed point.

#include "check.hpp"

#include "ockam/protocol/wire/puncture.hpp"

#include <cstddef>
#include <cstdint>

using namespace ockam;
using fuzz::require;

namespace {

template <class Decode>
void check(bytes_view input, Decode decode) {
  const auto decoded = decode(input);
  if (!decoded)
    return;
  const auto encoded = udp::encode(*decoded);
  require(encoded.has_value(), "what was read can be written");
  require(encoded->size() <= 2 * input.size(), "what was written is not much longer");
  require(decode(encoded->view()) == *decoded, "what was written is what was read");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bytes_view input{data, size};
  check(input, [](bytes_view in) { return udp::decode_rendezvous_request(in); });
  check(input, [](bytes_view in) { return udp::decode_rendezvous_response(in); });
  check(input, [](bytes_view in) { return udp::decode_negotiation(in); });
  check(input, [](bytes_view in) { return udp::decode_puncture_message(in); });
  return 0;
}
