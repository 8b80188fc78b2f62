// Skipping a CBOR item, compared with libcbor: both accept the same items and end at the same byte.

#include "check.hpp"

#include "cbor.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <cbor.h>

using namespace ockam;
using fuzz::require;

namespace {

/// libcbor reserves memory for as many items as a length claims.
bool claims_too_much(bytes_view data) {
  constexpr std::array<std::uint8_t, 8> four_or_eight_bytes{0x9a, 0x9b, 0xba, 0xbb,
                                                            0x5a, 0x5b, 0x7a, 0x7b};
  constexpr std::ptrdiff_t few = 8;
  return std::ranges::find_first_of(data, four_or_eight_bytes) != data.end()
         || std::ranges::count_if(data, [](auto byte) { return byte == 0x99 || byte == 0xb9; })
              > few;
}

/// libcbor refuses simple values and short tags that have no name, and text that is not UTF-8. Our
/// reader skips all of them.
bool may_be_refused(bytes_view data) {
  return std::ranges::any_of(data, [](auto byte) {
    const bool simple = (byte >= 0xe0 && byte <= 0xf3) || byte == 0xf8;
    const bool text = byte > 0x60 && byte <= 0x7f;
    const bool tag = byte >= 0xc6 && byte <= 0xd4;
    return simple || text || tag;
  });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bytes_view input{data, size};
  if (claims_too_much(input))
    return 0;
  internal::cbor_cursor ours{input};
  ours.skip();

  cbor_load_result theirs{};
  auto* item = cbor_load(data, size, &theirs);
  if (item != nullptr)
    cbor_decref(&item);
  const bool accepted = theirs.error.code == CBOR_ERR_NONE;
  if (accepted) {
    require(ours.ok() || ours.problem() == errc::nesting_too_deep,
            "we accept what libcbor accepts");
    require(!ours.ok() || ours.offset() == theirs.read, "both end at the same byte");
  } else if (ours.ok()) {
    require(may_be_refused(input), "libcbor accepts what we accept");
  }
  return 0;
}
