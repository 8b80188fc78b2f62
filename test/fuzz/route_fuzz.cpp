// The text of a route, and a route's operations against those of a plain list.

#include "check.hpp"

#include "ockam/protocol/route.hpp"
#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace ockam;
using fuzz::require;

namespace {

void check_text(std::string_view text) {
  const auto parsed = route::parse(text);
  require(!text.empty() || parsed.error() == errc::empty_route, "empty text is no route");
  if (!parsed)
    return;
  require(!parsed->empty(), "a text has at least one address");
  const bool printable = std::ranges::all_of(*parsed,
                                             [](address_view hop) { return is_utf8(hop.value()); });
  if (printable)
    require(route::parse(to_string(*parsed)) == *parsed, "printed text parses back");
}

bool equal(const route& actual, const std::vector<address>& expected) {
  if (actual.size() != expected.size())
    return false;
  auto hop = actual.begin();
  return std::ranges::all_of(expected,
                             [&](const address& other) { return *hop++ == address_view{other}; })
         && hop == actual.end();
}

/// Each step: an operation, a size, then that many bytes of address.
void check_operations(bytes_view steps) {
  route actual;
  std::vector<address> expected;
  while (steps.size() >= 2) {
    const auto operation = steps[0] % 6;
    const auto size = std::min<std::size_t>(steps[1], steps.size() - 2);
    const address hop{steps[0], as_text(steps.subspan(2, size))};
    steps = steps.subspan(2 + size);
    switch (operation) {
      case 0:
        actual.prepend(hop);
        expected.insert(expected.begin(), hop);
        break;
      case 1:
        actual.append(hop);
        expected.push_back(hop);
        break;
      case 2: {
        const auto first = actual.step();
        require(first.has_value() == !expected.empty(), "an empty route has no first address");
        if (first) {
          require(*first == expected.front(), "the first address comes first");
          expected.erase(expected.begin());
        }
        break;
      }
      case 3:
        actual.prepend(make_route(hop, "x"));
        expected.insert(expected.begin(), {hop, address{"x"}});
        break;
      case 4:
        actual = route::from_encoded(actual.encoded(), actual.size());
        break;
      default: {
        auto moved = std::move(actual);
        actual = moved;
        break;
      }
    }
  }
  require(equal(actual, expected), "a route is a list");
  require(expected.empty() || actual.recipient() == expected.back(), "the recipient is the last");
  require(expected.empty() || actual.contains(actual).value(), "a route contains itself");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_text(fuzz::text_of(data, size));
  check_operations({data, size});
  return 0;
}
