#pragma once

#include <string>

namespace bench {

/// What a child process does, until its standard input ends; `to` is the port it connects to.
/// Throws std::runtime_error for a role that is not known.
void serve(const std::string& role, const std::string& to);

} // namespace bench
