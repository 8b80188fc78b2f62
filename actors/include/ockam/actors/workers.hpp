#pragma once

#include "ockam/actors/context.hpp"

#include <cstdint>
#include <string>

namespace ockam {

/// Sends a text back along its return route (SVC-2).
class echoer {
public:
  result<void> handle_message(context& ctx, const routed<std::string>& received) {
    return received.try_body().and_then(
      [&](const std::string& text) { return ctx.send(received.return_route(), text); });
  }
};

/// Sends a text back in upper case (SVC-4); letters outside ASCII stay as they are.
class uppercase {
public:
  result<void> handle_message(context& ctx, const routed<std::string>& received) {
    return received.try_body().and_then([&](std::string text) {
      for (auto& letter : text)
        if (letter >= 'a' && letter <= 'z')
          letter = static_cast<char>(letter - 'a' + 'A');
      return ctx.send(received.return_route(), text);
    });
  }
};

/// Passes every message on to the next address of its onward route (SVC-3); any payload.
class hop {
public:
  result<void> handle_message(context& ctx, routed<any_body>&& received) {
    return ctx.forward(
      std::move(received).into_local_message().step_forward(received.message_address()));
  }
};

/// Passes every message on along a fixed route, and lets the answers come back.
///
/// For each message it makes two flow control entries, each only where there is an entrance to
/// admit it to (FCU-9): the previous hop becomes a consumer of the entrance at the next hop, so
/// that the reply passes; the next hop becomes a consumer of the entrance the message came through,
/// so that the reply's return route can be used for further messages.
///
/// A relay lends its rights: whatever its route reaches, its clients reach. In front of a worker of
/// the same node it makes that worker reachable for everyone who may use the relay (FC-46).
class relay {
public:
  /// Throws `failure` for an empty route (FC-49); see `create`.
  explicit relay(route forward_to) : relay{value_or_throw(create(std::move(forward_to)))} {}

  /// errc::empty_route: a relay needs somewhere to forward to.
  [[nodiscard]] static result<relay> create(route forward_to) {
    auto next_hop = forward_to.next();
    if (!next_hop)
      return fail(errc::empty_route,
                  "a relay needs a route with at least one address to forward to");
    return relay{std::move(forward_to), std::move(*next_hop)};
  }

  result<void> handle_message(context& ctx, routed<any_body>&& received) {
    auto previous_hop = received.return_route().next();
    auto onward = std::move(received).into_local_message().pop_front_onward_route();
    if (!onward)
      return fail(std::move(onward.error()));
    if (previous_hop)
      admit(ctx.flow_controls(), *previous_hop);
    return ctx.forward(std::move(*onward).prepend_front_onward_route(forward_to_));
  }

private:
  relay(route forward_to, address next_hop)
    : forward_to_{std::move(forward_to)}, next_hop_{std::move(next_hop)} {}

  void admit(flow_controls& rights, const address& previous_hop) {
    const auto generation = rights.generation(); // before it is looked at
    if (generation == admitted_as_of_ && previous_hop == admitted_)
      return;
    if (const auto entrance = rights.find_producer(next_hop_))
      rights.add_consumer(previous_hop, entrance->id);
    if (const auto entrance = rights.find_producer(previous_hop))
      rights.add_consumer(next_hop_, entrance->id);
    admitted_ = previous_hop;
    admitted_as_of_ = generation;
  }

  route forward_to_;
  address next_hop_;
  address admitted_{transport_type::local, ""}; // the previous hop of the last message
  std::uint64_t admitted_as_of_ = 0;            // a generation of the flow controls
};

} // namespace ockam
