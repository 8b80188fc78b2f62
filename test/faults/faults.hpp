#pragma once

#include <cstddef>

namespace ockam::test {

/// System calls on sockets, and those that make event loops and threads, each of which can be made to
/// fail. The linker puts ours in front of the system's: everything in this program goes through them.
///
/// `join_itself` is a connect that finds its own socket: it is as if the system had taken for it the port
/// where it leads to.
enum class system_call {
  accept,
  connect,
  join_itself,
  receive,
  send,
  socket,
  wait,
  event_loop,
  thread
};

/// While it lives, calls fail: behind the first `after` the next `times` with `error`, an errno. One fault
/// at a time. When accepting fails, the connection that was to be accepted is lost.
class fault {
public:
  fault(system_call which, int error, int times, int after = 0);
  ~fault();
  fault(const fault&) = delete;
  fault& operator=(const fault&) = delete;

  /// How many of them are still to come.
  [[nodiscard]] int left() const;
};

/// While it lives, no call reads or writes more than so many bytes.
class short_transfers {
public:
  explicit short_transfers(std::size_t most);
  ~short_transfers();
  short_transfers(const short_transfers&) = delete;
  short_transfers& operator=(const short_transfers&) = delete;
};

} // namespace ockam::test
