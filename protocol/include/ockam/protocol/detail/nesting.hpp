#pragma once

#include <cstddef>

namespace ockam {

/// The deepest nesting of values in everything that is read or written: BARE bodies, CBOR items and
/// their tags, causes of errors. One more level is errc::nesting_too_deep.
///
/// Reading, writing and destruction recurse, so an unlimited depth would let a peer exhaust the
/// stack.
inline constexpr std::size_t max_nesting = 64;

} // namespace ockam
