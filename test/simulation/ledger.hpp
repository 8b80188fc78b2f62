#pragma once

#include "trace.hpp"

#include "ockam/actors/metrics.hpp"
#include "ockam/protocol/payload.hpp"
#include "ockam/protocol/result.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace ockam::simulation {

/// Every message of one seed and what became of it; the first rule that was broken.
///
/// A message is known by the number at the front of its body, wherever it turns up.
class ledger {
public:
  using time_point = std::chrono::steady_clock::time_point;

  ledger(trace& events, const time_point& now) : events_{events}, now_{now} {}

  struct plan {
    std::uint64_t flow = 0; // messages of one flow have one sender and one route
    std::size_t size = 4;   // of the body
    bool sound = false;     // must arrive unless something breaks
    bool paid = false;      // by the credit of a connection: never refused for want of room
    bool is_answer = false;
  };
  std::uint32_t open(const plan& message);
  [[nodiscard]] raw_body body_of(std::uint32_t number) const;

  /// The message has come past something that keeps the order only as long as it lives.
  void passes(const shared_bytes& body, std::uint64_t station);

  /// It has come in through this link, in one of the lives of that.
  void is_read(const shared_bytes& body, std::uint64_t life);

  /// What a worker needs to know of a message that it handles.
  struct arrival {
    bool paid = false; // what the worker sends now is paid by the credit of a connection
    bool is_answer = false;
  };

  /// The end of its way: at most one of these, once.
  arrival arrives(const shared_bytes& body, std::uint64_t worker);
  void is_dropped(drop_reason reason, const shared_bytes& body);

  // -- requests: each has to end exactly once, with a reply or with a cause ------------------------

  /// @param due  when its time is over; no moment: never
  void asks(std::uint32_t number, time_point due = time_point::max());
  void withdraws(std::uint32_t number) { requests_.erase(number); } // it was refused
  void is_queued(const shared_bytes& body, std::uint32_t link);
  void link_is_lost(std::uint32_t link) { fail_requests(link, false); }
  void link_has_ended(std::uint32_t link) { fail_requests(link, true); }
  void request_ends(std::uint32_t number, const error* without_reply);

  // -- workers that wait for room in an output -----------------------------------------------------

  void awaits_room(std::uint64_t worker) { ++awaiting_room_[worker]; }
  void has_room(std::uint64_t worker) { --awaiting_room_[worker]; }
  void worker_stops(std::uint64_t worker) { stopped_.insert(worker); } // need not be notified

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
    bool crossed = false; // a connection, since it was sent
  };
  struct request {
    time_point due;
    std::uint32_t through = 0; // the link that took it; 0: none yet
    bool fails = false;        // its end was known before it was due
    bool ended = false;
    bool with_reply = false;
  };

  /// Null, and a violation, for a body that is not as it was sent.
  letter* find(const shared_bytes& body);
  [[nodiscard]] std::uint32_t number_of(const letter& which) const noexcept {
    return static_cast<std::uint32_t>(&which - letters_.data());
  }
  void end(letter& which, fate how);
  [[nodiscard]] const request* request_of(const letter& which) const;
  void require_awaited(const letter& which);
  void fail_requests(std::uint32_t link, bool queued_too);
  void fails(request& which) const {
    which.fails = which.fails || (!which.ended && now_ < which.due);
  }

  trace& events_;
  const time_point& now_;
  std::vector<letter> letters_;
  std::unordered_map<std::uint64_t, std::uint32_t> newest_; // of a flow and a way
  std::map<std::uint32_t, request> requests_;
  std::map<std::uint64_t, int> awaiting_room_;
  std::set<std::uint64_t> stopped_;
  std::size_t deliveries_ = 0;
  std::string violation_;
};

} // namespace ockam::simulation
