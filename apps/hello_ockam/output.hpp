#pragma once

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <system_error>

#include <unistd.h>

namespace hello_ockam {

/// Hands what was printed to the operating system. Throws `std::system_error` when that fails, or has
/// failed before.
inline void flush_output() {
  std::cout.flush();
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good())
    return;
  // the error may be an earlier one, whose reason is gone: a byte more meets it again
  const auto code = ::write(STDOUT_FILENO, "\n", 1) < 0 ? errno : EIO;
  throw std::system_error{code, std::generic_category(), "the output cannot be written"};
}

/// A closed pipe is an error of the program that writes to it, not its end by a signal.
inline void keep_alive_without_reader() {
  std::signal(SIGPIPE, SIG_IGN);
}

/// What a `main` does: `work` returns the status. What it throws, and output that cannot be written, is
/// one line on stderr, and status 1.
template <class Work>
int run_and_report(const std::string& program, Work work) {
  keep_alive_without_reader();
  try {
    const int status = work();
    if (status == 0)
      flush_output();
    return status;
  } catch (const std::exception& failed) {
    std::cerr << program + ": " + failed.what() + "\n";
    return 1;
  }
}

} // namespace hello_ockam
