#include "ledger.hpp"

#include "dice.hpp"

#include <algorithm>
#include <cstring>

namespace ockam::simulation {

namespace {

void fill(std::uint32_t number, std::span<std::uint8_t> body) {
  for (std::size_t i = sizeof number; i < body.size(); ++i)
    body[i] = static_cast<std::uint8_t>(number + i);
  std::memcpy(body.data(), &number, sizeof number);
}

} // namespace

std::uint32_t ledger::open(const plan& message) {
  letters_.push_back({.as_sent = message});
  return static_cast<std::uint32_t>(letters_.size() - 1);
}

raw_body ledger::body_of(std::uint32_t number) const {
  return {shared_bytes::of_size(letters_[number].as_sent.size,
                                [&](std::span<std::uint8_t> memory) { fill(number, memory); })};
}

ledger::letter* ledger::find(const shared_bytes& body) {
  std::uint32_t number = 0;
  if (body.size() >= sizeof number)
    std::memcpy(&number, body.data(), sizeof number);
  const bool known = body.size() >= sizeof number && number < letters_.size();
  const bool intact = known && std::ranges::equal(body.view(), body_of(number).data.view());
  require(intact, "a body is not as it was sent, message " + std::to_string(number));
  return intact ? &letters_[number] : nullptr;
}

void ledger::passes(const shared_bytes& body, std::uint64_t station) {
  if (auto* which = find(body)) {
    require_awaited(*which);
    which->way = mix(which->way, station);
    events_.note(event::passed, number_of(*which), station);
  }
}

void ledger::is_read(const shared_bytes& body, std::uint64_t life) {
  if (auto* which = find(body))
    which->crossed = true;
  passes(body, life);
}

ledger::arrival ledger::arrives(const shared_bytes& body, std::uint64_t worker) {
  auto* which = find(body);
  if (which == nullptr)
    return {};
  const auto number = number_of(*which);
  events_.note(event::delivered, number, worker);
  require_awaited(*which);
  end(*which, fate::delivered);
  ++deliveries_;
  const auto key = mix(mix(which->as_sent.flow, which->way), worker);
  const auto [newest, is_first] = newest_.try_emplace(key, number);
  require(is_first || newest->second < number,
          "message " + std::to_string(number) + " was delivered after message "
            + std::to_string(newest->second) + ", which was sent later on the same way");
  newest->second = number;
  return {which->crossed || which->as_sent.paid, which->as_sent.is_answer};
}

void ledger::is_dropped(drop_reason reason, const shared_bytes& body) {
  auto* which = find(body);
  if (which == nullptr)
    return;
  const auto number = number_of(*which);
  events_.note(event::dropped, number, static_cast<std::uint64_t>(reason));
  which->reason = reason;
  end(*which, fate::dropped);
  require(reason != drop_reason::pending_bytes_full || !(which->crossed || which->as_sent.paid),
          "message " + std::to_string(number)
            + " was refused for want of room, although the credit of a connection pays for it");
  const auto asked = requests_.find(number);
  if (asked != requests_.end() && !which->crossed)
    fails(asked->second);
}

void ledger::end(letter& which, fate how) {
  require(which.end == fate::under_way,
          "message " + std::to_string(number_of(which)) + " was "
            + (how == fate::delivered ? "delivered" : "dropped") + " after it had been "
            + (which.end == fate::delivered ? "delivered" : "dropped"));
  which.end = how;
}

// -- requests --------------------------------------------------------------------------------------

void ledger::asks(std::uint32_t number, time_point due) {
  requests_.emplace(number, request{.due = due});
}

const ledger::request* ledger::request_of(const letter& which) const {
  const auto found = requests_.find(number_of(which));
  return found == requests_.end() ? nullptr : &found->second;
}

/// In the node of its requester nothing handles a request that was given up.
void ledger::require_awaited(const letter& which) {
  const auto* asked = request_of(which);
  require(asked == nullptr || which.crossed || !asked->ended || asked->with_reply,
          "request " + std::to_string(number_of(which))
            + " was handled in its own node after its requester had given up");
}

void ledger::is_queued(const shared_bytes& body, std::uint32_t link) {
  const auto* which = find(body);
  if (which == nullptr || which->crossed)
    return;
  const auto asked = requests_.find(number_of(*which));
  if (asked != requests_.end())
    asked->second.through = link;
}

/// @param queued_too  not only those that the far end has read
void ledger::fail_requests(std::uint32_t link, bool queued_too) {
  for (auto& [number, each] : requests_)
    if (each.through == link && (queued_too || letters_[number].crossed))
      fails(each);
}

void ledger::request_ends(std::uint32_t number, const error* without_reply) {
  const auto name = "request " + std::to_string(number);
  events_.note(
    event::answered, number, without_reply == nullptr ? 1 : 0,
    without_reply == nullptr ? 0 : static_cast<std::uint64_t>(without_reply->code().value()));
  auto& asked = requests_[number];
  require(!asked.ended, name + " ended twice");
  asked.ended = true;
  asked.with_reply = without_reply == nullptr;
  if (without_reply == nullptr)
    return;
  require(*without_reply != errc::internal && *without_reply != errc::node_stopped
            && !without_reply->detail().empty(),
          name + " ended without a cause: " + to_string(*without_reply));
  require(*without_reply != errc::timeout || now_ >= asked.due,
          name + " timed out before its time");
  require(*without_reply != errc::timeout || !asked.fails,
          name + " waited for its time-out, although it had failed before");
}

// -- the whole -------------------------------------------------------------------------------------

void ledger::check_at_rest(bool undisturbed) {
  for (const auto& [number, each] : requests_)
    require(each.ended, "request " + std::to_string(number) + " never ended");
  for (const auto& [worker, times] : awaiting_room_)
    require(times == 0 || stopped_.contains(worker),
            "worker " + std::to_string(worker)
              + " waits for room in an output, and was not notified");
  if (!undisturbed)
    return;
  for (const auto& each : letters_) {
    const auto* const asked = request_of(each);
    if (asked != nullptr && !asked->with_reply)
      continue; // given up: it need not arrive
    const auto name = "message " + std::to_string(number_of(each));
    require(each.end != fate::under_way, name + " has disappeared, although nothing broke");
    require(!each.as_sent.sound || each.end == fate::delivered
              || each.reason == drop_reason::pending_bytes_full,
            name + " was dropped: " + std::string{to_string(each.reason)}
              + ", although its way was open");
  }
}

void ledger::require(bool holds, const std::string& what) {
  if (!holds && violation_.empty())
    violation_ = what;
}

} // namespace ockam::simulation
