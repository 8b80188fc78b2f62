#pragma once

#include "trace.hpp"

#include "ockam/actors/metrics.hpp"
#include "ockam/protocol/payload.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace ockam::simulation {

/// Every message of one seed and what became of it; the first rule that was broken.
///
/// A message is known by the number at the front of its body, wherever it turns up.
class ledger {
public:
  explicit ledger(trace& events) : events_{events} {}

  struct plan {
    std::uint64_t flow = 0; // messages of one flow have one sender and one route
    std::size_t size = 4;   // of the body
    bool sound = false;     // must arrive unless something breaks
  };
  std::uint32_t open(const plan& message);
  [[nodiscard]] raw body_of(std::uint32_t number) const;

  /// The message has come past something that keeps the order only as long as it lives.
  void passes(const shared_bytes& body, std::uint64_t station);

  /// The end of its way: at most one of these, once.
  void arrives(const shared_bytes& body, std::uint64_t worker);
  void is_dropped(drop_reason reason, const shared_bytes& body);

  /// A request has to end exactly once, with a reply or without.
  void asks(std::uint32_t number) { outstanding_.emplace(number, 1); }
  void request_ends(std::uint32_t number, bool with_reply);

  /// Nothing is under way any more. `undisturbed`: nothing was broken or stopped on purpose.
  void check_at_rest(bool undisturbed);

  void require(bool holds, const std::string& what);
  [[nodiscard]] const std::string& violation() const noexcept { return violation_; }
  [[nodiscard]] std::size_t messages() const noexcept { return letters_.size(); }
  [[nodiscard]] std::size_t deliveries() const noexcept { return deliveries_; }

private:
  enum class fate : std::uint8_t { under_way, delivered, dropped };
  struct letter {
    plan as_sent;
    std::uint64_t way = 0;
    fate end = fate::under_way;
    drop_reason reason{};
  };

  /// Null, and a violation, for a body that is not as it was sent.
  letter* find(const shared_bytes& body);
  [[nodiscard]] std::uint32_t number_of(const letter& which) const noexcept {
    return static_cast<std::uint32_t>(&which - letters_.data());
  }
  void end(letter& which, fate how);

  trace& events_;
  std::vector<letter> letters_;
  std::unordered_map<std::uint64_t, std::uint32_t> newest_; // of a flow and a way
  std::unordered_map<std::uint32_t, int> outstanding_;
  std::size_t deliveries_ = 0;
  std::string violation_;
};

} // namespace ockam::simulation
