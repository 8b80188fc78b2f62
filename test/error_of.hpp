#pragma once

#include "ockam/protocol/result.hpp"

namespace ockam {

/// The error of a result that a test expects to fail; one that says so when it succeeded, where
/// `result::error` would end the whole test program.
template <class T>
error error_of(const result<T>& what) {
  return what ? error{errc::internal, "it succeeded, and an error was expected"} : what.error();
}

} // namespace ockam
