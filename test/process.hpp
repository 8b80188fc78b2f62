#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include <sys/types.h>

namespace ockam::test {

/// How long a test waits for something that is going to happen.
inline constexpr std::chrono::milliseconds process_timeout = std::chrono::seconds{20};

/// How a process ended, and everything it wrote.
struct outcome {
  int status = -1; ///< -1 when a signal ended it
  int signal = 0;
  std::vector<std::string> out; ///< lines
  std::vector<std::string> err;
  std::chrono::milliseconds took{0}; ///< of the call that waited
};

/// A program as a child process, killed by the destructor if it still runs.
///
/// What it writes is taken in while a call waits. A call that waits in vain fails the test.
class process {
public:
  /// @param program      one of the tutorial, by name, or the path of another one
  /// @param environment  additional variables, as NAME=VALUE; OCKAM_FLOW is not inherited
  explicit process(const std::string& program, std::vector<std::string> arguments = {},
                   std::vector<std::string> environment = {});
  process(const process&) = delete;
  process& operator=(const process&) = delete;
  ~process();

  /// Waits for a line on stdout that begins so, from the start of the output; returns the rest.
  std::string wait_for_line(const std::string& prefix);

  /// The same; nothing when none comes within the limit.
  std::optional<std::string> find_line(const std::string& prefix, std::chrono::milliseconds limit);

  /// The address behind "Listening on ".
  std::string wait_until_listening() { return wait_for_line("Listening on "); }

  /// Waits until the process has taken SIGTERM into its own hands.
  void wait_until_signals_are_blocked() const;

  void send_signal(int signal) const;

  /// Waits for the end of the process.
  outcome wait(std::chrono::milliseconds limit = process_timeout);

  /// Sends the signal and waits.
  outcome end_with(int signal, std::chrono::milliseconds limit = process_timeout);

  /// The command, and everything it has written so far.
  std::string told_so_far();

  /// Drops what the process writes from now on, as it comes: for a process that writes a lot. After
  /// this, `wait` has no limit.
  void discard_output();

  // -- memory of the process, in bytes (RSS) ---------------------------------------------------------

  [[nodiscard]] std::size_t resident() const { return memory("VmRSS:"); }
  [[nodiscard]] std::size_t most_resident() const { return memory("VmHWM:"); }
  void forget_most_resident() const; ///< `most_resident` starts again

private:
  using time_point = std::chrono::steady_clock::time_point;

  struct stream {
    int descriptor = -1;
    std::string text;
    bool ended = false;
  };

  bool read_some(time_point until);
  [[nodiscard]] std::string told() const;
  [[nodiscard]] std::string in_proc(const char* file) const;
  [[nodiscard]] std::size_t memory(const std::string& field) const;

  std::string command_;
  pid_t id_ = -1;
  stream out_;
  stream err_;
  std::thread discarding_;
};

/// Runs a program to its end.
outcome run(const std::string& program, std::vector<std::string> arguments = {},
            std::vector<std::string> environment = {});

/// A port of the loopback address that accepts connections, and then stays silent.
class silent_listener {
public:
  enum class room : std::uint8_t {
    plenty, ///< every connection is accepted
    none,   ///< connections are neither accepted nor refused: clients wait
  };
  explicit silent_listener(room how = room::plenty);
  silent_listener(const silent_listener&) = delete;
  silent_listener& operator=(const silent_listener&) = delete;
  ~silent_listener();

  [[nodiscard]] const std::string& address() const noexcept { return address_; }

private:
  std::vector<int> sockets_;
  std::string address_;
};

/// A port of the loopback address that is unused at this moment.
std::string free_address();

/// Whether a port of the loopback address can be listened at.
bool is_free(int port);

void PrintTo(const outcome& what, std::ostream* out);

} // namespace ockam::test
