#pragma once

#include "dice.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace ockam::simulation {

/// What can happen. Each has up to three numbers, see trace.cpp.
enum class event : std::uint8_t {
  node_started,
  node_stopped,
  worker_started,
  worker_stopped,
  worker_runs,
  worker_runs_on_io,
  worker_changes_thread,
  relay_started,
  connect,
  connection_refused,
  accepted,
  link_lost,
  link_ended,
  deadline_missed,
  wire_cut,
  wire_doomed,
  bytes_written,
  bytes_read,
  reads_on,
  goes_on,
  sent,
  send_refused,
  asked,
  answered,
  awaits_room,
  has_room,
  answers_later,
  expired,
  delayed,
  passed,
  delivered,
  dropped,
  time_passes,
  timer,
};

/// The sequence of events of one seed: hashed, and the last ones kept. Drops count in any order.
class trace {
public:
  explicit trace(bool print) noexcept : print_{print} {}

  void note(event what, std::uint64_t a = 0, std::uint64_t b = 0, std::uint64_t c = 0);

  [[nodiscard]] std::uint64_t hash() const noexcept { return mix(hash_, drops_); }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] std::vector<std::string> last() const;

private:
  struct entry {
    event what;
    std::array<std::uint64_t, 3> numbers;
  };
  [[nodiscard]] static std::string line(std::uint64_t number, const entry& entry);

  const bool print_;
  std::array<entry, 50> last_{};
  std::uint64_t size_ = 0;
  std::uint64_t hash_ = 0;  // of all events in order, but
  std::uint64_t drops_ = 0; // of drops in any order
};

} // namespace ockam::simulation
