#pragma once

// This program once more, as the other side of a connection.

#include "harness.hpp"

#include <cerrno>
#include <csignal>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {

/// A process that runs this program with other arguments. It says one line when it is ready, and
/// ends when its standard input does: so it cannot outlive us.
class child {
public:
  explicit child(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "benchmark");
    std::vector<char*> raw;
    for (auto& each : arguments)
      raw.push_back(each.data());
    raw.push_back(nullptr);
    int input[2];
    int output[2];
    if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0)
      throw std::system_error{errno, std::generic_category(), "pipe"};
    pid_ = fork();
    if (pid_ < 0)
      throw std::system_error{errno, std::generic_category(), "fork"};
    if (pid_ == 0) {
      dup2(input[0], STDIN_FILENO);
      dup2(output[1], STDOUT_FILENO);
      execv("/proc/self/exe", raw.data());
      _exit(127);
    }
    close(input[0]);
    close(output[1]);
    input_ = input[1];
    output_ = output[0];
    line_ = read_line(arguments);
  }
  child(const child&) = delete;
  child& operator=(const child&) = delete;
  ~child() {
    close(input_);
    close(output_);
    for (int tries = 0; waitpid(pid_, nullptr, WNOHANG) == 0; ++tries) {
      if (tries == 500) {
        std::fprintf(stderr, "error: the other process did not end\n");
        kill(pid_, SIGKILL);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  }

  /// What it said: the port it listens at.
  [[nodiscard]] const std::string& line() const noexcept { return line_; }

  /// In the child: says `line`, and returns when it is time to end.
  static void serve(const std::string& line) {
    std::cout << line + '\n' << std::flush;
    char ignored = 0;
    while (read(STDIN_FILENO, &ignored, 1) > 0 || errno == EINTR)
      errno = 0;
  }

private:
  std::string read_line(const std::vector<std::string>& arguments) const {
    std::string line;
    for (char next = 0;;) {
      pollfd ready{output_, POLLIN, 0};
      if (poll(&ready, 1, 10'000) <= 0 || read(output_, &next, 1) <= 0)
        throw std::runtime_error{"the other process (" + arguments.back() + ") did not start"};
      if (next == '\n')
        return line;
      line += next;
    }
  }

  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  std::string line_;
};

} // namespace bench
