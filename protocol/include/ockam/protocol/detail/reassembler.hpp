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

/// The verdict of a `reassembler` on one datagram.
enum class part_verdict : std::uint8_t {
  complete, ///< the message is complete
  waiting,  ///< accepted; more parts are needed
  // dropped:
  late,                ///< of a message older than those in progress
  already_delivered,   ///< of a message that is complete or given up
  duplicate_part,      ///< received before
  offset_mismatch,     ///< format A: not the next part; the message is lost
  total_zero,          ///< format B: claims to have no parts
  index_out_of_bounds, ///< format B: not below the number of parts
  empty_part,
  total_mismatch, ///< format B: an earlier part claims another number of parts
  size_mismatch,  ///< format B: neither the last part nor as long as the others
  no_room,        ///< above a limit of memory; the message is lost
};

/// The identifier as written above.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::string_view to_string(part_verdict verdict) noexcept;

/// Limits for the unfinished messages of one peer.
struct reassembly_limits {
  std::size_t max_bytes = 16u << 20;       ///< of the unfinished messages of one peer
  std::chrono::milliseconds timeout{5000}; ///< between the first and the last part of a message
};

/// Reassembles the messages of one peer, in both formats (docs/wire_format.md, "UDP
/// datagram").
///
/// Format A: one message at a time, its parts in order. Format B: the newest number and the four
/// before it, parts in any order. A message is delivered intact and once; a lost one costs no
/// other.
///
/// A restarted peer begins with an arbitrary number, which looks late half of the time. The state
/// is therefore reset when a peer has sent nothing acceptable for `timeout`: a datagram that the
/// network duplicates later than that is delivered twice.
///
/// Memory grows with received bytes, never with claims in datagrams. For one thread at a time; the
/// caller passes the time, which never goes back.
class OCKAM_PROTOCOL_EXPORT reassembler {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// @param in_all  shared with the reassemblers of other peers; nullptr: not limited
  explicit reassembler(const reassembly_limits& limits, ref_ptr<memory_budget> in_all = {});
  reassembler(reassembler&&) noexcept;
  reassembler& operator=(reassembler&&) = delete;
  ~reassembler();

  /// The result of one datagram.
  struct outcome {
    part_verdict verdict = part_verdict::waiting;
    shared_bytes message{};   ///< encoded; for a message in one datagram, the part itself
    std::size_t given_up = 0; ///< other unfinished messages that this datagram displaced
  };
  outcome take(const datagram& received, time_point now);

  /// Gives up the messages above their time limit.
  /// @returns their number
  std::size_t expire(time_point now);

  /// Excludes a pause of this process from the time limits.
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
  std::unique_ptr<one_in_order> in_order_;       // format A, created by its first datagram
  std::unique_ptr<several_in_window> in_window_; // format B
  time_point last_accepted_{};
};

} // namespace ockam
