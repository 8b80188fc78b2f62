#pragma once

#include "ockam/protocol/result.hpp"

#include <functional>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace ockam::test {

/// Runs `what` in a child of `fork`: its result, from 0 to 127, or -1 when the child fails otherwise or
/// has not ended after 20 s.
inline int in_child(const std::function<int()>& what) {
  const auto child = ::fork();
  if (child == 0) {
    ::alarm(20);
    ::_exit(what());
  }
  int status = -1;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status)
           ? WEXITSTATUS(status)
           : -1;
}

/// Whether the call fails as one on a node of another process does.
inline bool is_refused(const std::function<void()>& call) {
  try {
    call();
    return false;
  } catch (const failure& refused) {
    return refused.error() == errc::misuse
           && to_string(refused.error()).find("child of fork") != std::string::npos;
  }
}

/// The first of `calls` that a child of `fork` is not refused, counted from 1; 0 when all are.
inline int first_admitted_in_child(const std::vector<std::function<void()>>& calls) {
  return in_child([&] {
    int which = 1;
    for (const auto& call : calls) {
      if (!is_refused(call))
        return which;
      ++which;
    }
    return 0;
  });
}

} // namespace ockam::test
