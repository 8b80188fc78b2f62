#pragma once

#include "node/counters.hpp"

#include "ockam/protocol/message.hpp"

#include <atomic>

namespace ockam::internal {

/// What passes through one connection, beside the sums of the node. The credit of each message that
/// came through it knows it, so that a drop is also counted here, wherever in the node it happens.
/// Thread-safe.
class connection_account final : public message_origin {
public:
  ~connection_account() override;

  /// Of a message that holds credit, or nullptr.
  static connection_account* of(const message& content) noexcept {
    const auto* const credit = content.credit();
    return credit != nullptr ? static_cast<connection_account*>(credit->origin()) : nullptr;
  }

  counter received; // written by the thread that reads
  counter written;
  counter lost;
  bool explains_drops = false; // to the peer; constant once messages pass

  void count_drop(drop_reason reason, std::uint64_t messages = 1) noexcept;

  void add_to(connection_metrics& sum) const noexcept;

private:
  using counts = std::array<counter, drop_reason_count>;
  std::atomic<counts*> dropped_{nullptr}; // made for the first one; few connections have any
};

} // namespace ockam::internal
