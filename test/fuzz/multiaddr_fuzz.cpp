// Both forms of a MultiAddr, each read back from what is printed or encoded, and its route.

#include "check.hpp"

#include "ockam/protocol/multiaddr.hpp"

#include <cstddef>
#include <cstdint>

using namespace ockam;
using fuzz::require;

namespace {

void check_route(const multiaddr& value) {
  const auto along = value.to_route();
  if (!along)
    return;
  const auto again = multiaddr::from_route(*along);
  require(again.has_value(), "a route that came from a MultiAddr has one");
  const auto same = again->to_route();
  require(same && same->size() == along->size(), "and it leads the same way");
}

void check_value(const multiaddr& value) {
  require(multiaddr::parse(to_string(value)) == value, "printed text parses back");
  require(multiaddr::decode(value.encode()) == value, "the binary form decodes back");
  check_route(value);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bytes_view input{data, size};
  if (const auto value = multiaddr::parse(as_text(input)))
    check_value(*value);
  if (const auto value = multiaddr::decode(input)) {
    check_value(*value);
    require(as_text(value->encode()) == as_text(input), "there is one binary form");
  }
  return 0;
}
