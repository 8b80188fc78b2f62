// BARE: the older form of a routing message, and typed bodies.

#include "check.hpp"

#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/payload.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

using namespace ockam;
using fuzz::require;

namespace {

enum class color { red, green, blue };
constexpr color bare_last(color) {
  return color::blue;
}

struct everything {
  std::string text;
  bytes data;
  std::uint64_t number = 0;
  std::int16_t small = 0;
  double real = 0;
  bool flag = false;
  char32_t letter = U' ';
  color paint = color::red;
  std::optional<std::string> maybe;
  std::vector<std::vector<std::uint16_t>> lists;
  std::map<std::string, std::uint8_t> table;
  std::variant<no_body, std::string, std::pair<float, bool>> choice;
  shared_bytes shared;

  friend auto bare_fields(everything& e) {
    return std::tie(e.text, e.data, e.number, e.small, e.real, e.flag, e.letter, e.paint, e.maybe,
                    e.lists, e.table, e.choice, e.shared);
  }
};

/// Contains itself, in every way that a type can.
struct tree {
  std::variant<no_body, std::string, std::vector<tree>, std::map<std::uint8_t, tree>> content;

  friend auto bare_fields(tree& t) { return std::tie(t.content); }
};

/// Much larger in memory than on the wire.
using sparse = std::vector<std::optional<std::array<std::uint64_t, 256>>>;

/// Compares encodings, because a NaN does not equal itself.
template <class T>
void check_body(const shared_bytes& payload) {
  const auto body = decode_payload<T>(payload);
  if (!body)
    return;
  const auto first = encode_payload(*body);
  require(first.has_value(), "what was read can be written");
  const auto again = decode_payload<T>(*first);
  require(again.has_value(), "what was written can be read");
  require(encode_payload(*again) == *first, "encoding is a fixed point");
}

void check_message(const shared_bytes& frame) {
  const auto decoded = decode_bare_message(frame);
  if (!decoded)
    return;
  for (const auto form :
       {absent_tracing::empty_object, absent_tracing::null, absent_tracing::omitted}) {
    const auto encoded = encode_bare_message(*decoded, {.when_absent = form});
    const auto again = decode_bare_message(shared_bytes{encoded});
    require(again.has_value(), "what we write can be read");
    require(encode_bare_message(*again, {.when_absent = form}) == encoded,
            "encoding is a fixed point");
    if (auto shorter = message{*decoded}.pop_front_onward_route())
      require(encode_bare_message(*decoded, {.skip_hops = 1, .when_absent = form})
                == encode_bare_message(*shorter, {.when_absent = form}),
              "a hop that is skipped is not written");
  }
  const auto exact = decode_bare_message(
    shared_bytes{encode_bare_message(*decoded, {.when_absent = absent_tracing::null})});
  require(*exact == *decoded, "what we write is what we had");
  const auto cbor
    = decode_message(shared_bytes{encode_message(*decoded, {.when_absent = absent_tracing::null})});
  require(cbor.has_value() && *cbor == *decoded, "both forms carry the same message");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = shared_bytes{bytes_view{data, size}};
  check_message(input);
  check_body<std::string>(input);
  check_body<everything>(input);
  check_body<std::vector<std::map<std::uint8_t, std::optional<bytes>>>>(input);
  check_body<tree>(input);
  check_body<sparse>(input);
  return 0;
}
