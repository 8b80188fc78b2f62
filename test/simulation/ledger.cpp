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

raw ledger::body_of(std::uint32_t number) const {
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
    which->way = mix(which->way, station);
    events_.note(event::passed, number_of(*which), station);
  }
}

void ledger::arrives(const shared_bytes& body, std::uint64_t worker) {
  auto* which = find(body);
  if (which == nullptr)
    return;
  const auto number = number_of(*which);
  events_.note(event::delivered, number, worker);
  end(*which, fate::delivered);
  ++deliveries_;
  const auto key = mix(mix(which->as_sent.flow, which->way), worker);
  const auto [newest, is_first] = newest_.try_emplace(key, number);
  require(is_first || newest->second < number,
          "message " + std::to_string(number) + " was delivered after message "
            + std::to_string(newest->second) + ", which was sent later on the same way");
  newest->second = number;
}

void ledger::is_dropped(drop_reason reason, const shared_bytes& body) {
  if (auto* which = find(body)) {
    events_.note(event::dropped, number_of(*which), static_cast<std::uint64_t>(reason));
    which->reason = reason;
    end(*which, fate::dropped);
  }
}

void ledger::end(letter& which, fate how) {
  require(which.end == fate::under_way,
          "message " + std::to_string(number_of(which)) + " was "
            + (how == fate::delivered ? "delivered" : "dropped") + " after it had been "
            + (which.end == fate::delivered ? "delivered" : "dropped"));
  which.end = how;
}

void ledger::request_ends(std::uint32_t number, bool with_reply) {
  events_.note(event::answered, number, with_reply ? 1 : 0);
  require(--outstanding_[number] == 0, "request " + std::to_string(number) + " ended twice");
}

void ledger::check_at_rest(bool undisturbed) {
  for (std::uint32_t number = 0; number < letters_.size(); ++number) {
    if (const auto asked = outstanding_.find(number); asked != outstanding_.end())
      require(asked->second == 0, "request " + std::to_string(number) + " never ended");
    if (!undisturbed)
      continue;
    const auto& each = letters_[number];
    require(each.end != fate::under_way,
            "message " + std::to_string(number) + " has disappeared, although nothing broke");
    require(!each.as_sent.sound || each.end == fate::delivered
              || each.reason == drop_reason::pending_bytes_full,
            "message " + std::to_string(number) + " was dropped: "
              + std::string{to_string(each.reason)} + ", although its way was open");
  }
}

void ledger::require(bool holds, const std::string& what) {
  if (!holds && violation_.empty())
    violation_ = what;
}

} // namespace ockam::simulation
