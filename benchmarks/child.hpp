#pragma once

// Other processes: this program once more, or another one, as the other side of a connection.

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

namespace bench {

/// A process that says one line when it is ready. This program, in a role, ends when its standard
/// input does, so that it cannot outlive us; another one is told to terminate.
class child {
public:
  /// This program as `serve ROLE [--to TO]`.
  explicit child(const std::string& role, const std::string& to = {});

  /// Another program, which is ready when it says a line with `ready` in it.
  child(std::vector<std::string> command, const std::string& ready);

  child(const child&) = delete;
  child& operator=(const child&) = delete;
  ~child();

  /// What it said behind `ready`, or in its line: the port it listens at.
  [[nodiscard]] const std::string& line() const noexcept { return line_; }

  /// Says a line to it; returns the one that it answers.
  [[nodiscard]] std::string ask(const std::string& line) const;

  /// In the child: says `line`, and returns when it is time to end.
  static void serve(const std::string& line);

private:
  void start(const std::string& program, std::vector<std::string> arguments);
  [[nodiscard]] std::string read_line(const std::string& name,
                                      std::chrono::milliseconds within) const;

  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  bool signalled_ = false;
  std::string line_;
};

/// Where a program is that may be installed; empty when it is not.
std::string find_program(const std::string& name);

/// A port that nothing listens at; for programs that cannot choose one themselves.
std::string free_port();

} // namespace bench
