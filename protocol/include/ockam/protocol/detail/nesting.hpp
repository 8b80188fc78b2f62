#pragma once

#include <cstddef>

namespace ockam {

/// Levels of values inside each other, in everything that is read or written: BARE bodies, CBOR
/// items and their tags, causes of errors. One more is errc::nesting_too_deep.
///
/// Reading and writing recurse, and so does the destructor of what was read: a peer that chooses
/// the depth chooses the size of the stack.
inline constexpr std::size_t max_nesting = 64;

} // namespace ockam
