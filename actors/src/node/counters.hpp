#pragma once

#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/metrics.hpp"
#include "ockam/actors/observer.hpp"
#include "ockam/actors/transport/host_calls.hpp"
#include "ockam/actors/transport/log.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

namespace ockam::internal {

/// A number many threads add to; read only for reports.
class counter {
public:
  void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }

  /// For a counter whose owner may leave the node at this moment, see `worker_record::count`.
  void add_in_order() noexcept { value_.fetch_add(1, std::memory_order_seq_cst); }

  /// For a counter that only one thread writes at a time: no read-modify-write.
  void add_exclusively(std::uint64_t n = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }

  [[nodiscard]] std::uint64_t get() const noexcept {
    return value_.load(std::memory_order_seq_cst);
  }

private:
  std::atomic<std::uint64_t> value_{0};
};

/// Why a request ends whose message was dropped.
error lost(drop_reason reason, const message& content);

/// What one worker, endpoint or connection did; see `metrics`.
struct traffic {
  counter sent;
  counter received;
  counter delivered;
  counter written;
  counter failed;

  /// Adds how far `now` is ahead of `before`, and brings `before` up to it.
  void add_growth(const traffic& now, traffic& before) noexcept {
    for (auto member : {&traffic::sent, &traffic::received, &traffic::delivered, &traffic::written,
                        &traffic::failed}) {
      const auto growth = (now.*member).get() - (before.*member).get();
      (this->*member).add(growth);
      (before.*member).add(growth);
    }
  }

  void add_to(metrics& sum) const noexcept {
    sum.sent += sent.get();
    sum.received += received.get();
    sum.delivered += delivered.get();
    sum.written += written.get();
    sum.failed += failed.get();
  }
};

/// Of a whole node: drops, which are rare, the traffic of removed records, and the log.
struct node_counters {
  traffic retired;
  std::array<counter, drop_reason_count> dropped;
  std::shared_ptr<message_observer> observer;               // sees the drops
  std::function<void(drop_reason, const message&)> explain; // to a peer that may know
  node_log log;
  host_calls host{log}; // its observers and callbacks

  /// Also for the connection that the message came through, and for the request that it makes.
  /// @param cause  for the requester, where it says more than the reason
  OCKAM_ACTORS_EXPORT void drop(drop_reason reason, const message& content,
                                const error* cause = nullptr) noexcept;

  /// For messages without content.
  void drop_unseen(drop_reason reason, std::uint64_t n) noexcept {
    dropped[static_cast<std::size_t>(reason)].add(n);
  }
};

} // namespace ockam::internal
