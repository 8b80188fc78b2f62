#pragma once

#include "ockam/protocol/detail/export.hpp"
#include "ockam/protocol/detail/memory_budget.hpp"
#include "ockam/protocol/detail/tick.hpp"
#include "ockam/protocol/wire/datagram.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace ockam {

/// What became of a datagram, as a `reassembler` judges it.
enum class part_verdict : std::uint8_t {
  complete, ///< here is the message
  waiting,  ///< taken; more parts are needed
  // dropped:
  late,                ///< of a message before those that are in progress
  already_delivered,   ///< of a message that was complete before, or given up
  duplicate_part,      ///< was there already
  offset_mismatch,     ///< format A: not the next part; the message is lost
  total_zero,          ///< format B: claims to have no parts
  index_out_of_bounds, ///< format B: is not among them
  empty_part,
  total_mismatch, ///< format B: an earlier part told another number of parts
  size_mismatch,  ///< format B: neither the last part, nor as long as the others
  no_room,        ///< above a limit of memory; the message is lost
};

/// The name as it is written above.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::string_view to_string(part_verdict verdict) noexcept;

/// What the unfinished messages of one peer may cost.
struct reassembly_limits {
  std::size_t max_bytes = 16u << 20;       ///< that the unfinished messages of one peer take
  std::chrono::milliseconds timeout{5000}; ///< for the parts of one message
};

/// Puts the messages of one peer together again, in both formats (docs/wire_format.md, "UDP
/// datagram").
///
/// Format A: one message at a time, its parts in order. Format B: the newest number and the four
/// before it, parts in any order. A message comes out intact, and once; one that is lost costs no
/// other.
///
/// A peer that starts anew begins with any number, which looks late half of the time. So all is
/// forgotten when a peer has sent nothing acceptable for `timeout`: only a datagram that the network
/// repeats later than that comes out again.
///
/// Claims in datagrams cost nothing: memory grows with the bytes that came. For one thread at a time;
/// the time comes from the caller and never goes back.
class OCKAM_PROTOCOL_EXPORT reassembler {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// @param in_all  shared with the reassemblers of other peers; nullptr: not limited
  explicit reassembler(const reassembly_limits& limits, ref_ptr<memory_budget> in_all = {});
  reassembler(reassembler&&) noexcept;
  reassembler& operator=(reassembler&&) = delete;
  ~reassembler();

  /// What became of one datagram.
  struct outcome {
    part_verdict verdict = part_verdict::waiting;
    shared_bytes message{};   ///< encoded; of a message in one datagram, the part itself
    std::size_t given_up = 0; ///< other unfinished messages that were lost by that
  };
  outcome take(const datagram& received, time_point now);

  /// Gives up the messages whose time is over.
  /// @returns how many
  std::size_t expire(time_point now);

  /// A pause of ours is not time that parts took.
  void excuse(const tick& at) noexcept;

  [[nodiscard]] std::size_t bytes_in_use() const noexcept; ///< by unfinished messages
  [[nodiscard]] std::size_t unfinished() const noexcept;   ///< messages in progress

private:
  class account;
  class gathered;
  class one_in_order;
  class several_in_window;

  template <class State>
  State& state(std::unique_ptr<State>& of_format);
  std::size_t forget();

  reassembly_limits limits_;
  std::unique_ptr<account> account_;
  std::unique_ptr<one_in_order> in_order_;       // format A, with its first datagram
  std::unique_ptr<several_in_window> in_window_; // format B
  time_point last_accepted_{};
};

} // namespace ockam
