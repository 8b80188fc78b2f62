#pragma once

#include "ockam/actors/context.hpp"

#include <cstdint>
#include <string>

namespace ockam {

/// Sends a text back along its return route.
class echoer {
public:
  result<void> handle_message(context& ctx, const routed<std::string>& received) {
    return received.try_body().and_then(
      [&](const std::string& text) { return ctx.send(received.return_route(), text); });
  }
};

/// Sends a text back in upper case; letters outside ASCII stay as they are.
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

/// Forwards every message to the next address of its onward route; any payload.
class hop {
public:
  result<void> handle_message(context& ctx, routed<any_body>&& received) {
    return ctx.forward(std::move(received).step_forward());
  }
};

/// Forwards every message along a fixed route, and admits the replies.
///
/// For each message it adds two flow control entries, where a producer exists: the previous hop
/// becomes a consumer of the producer at the next hop, which admits the reply; the next hop becomes a
/// consumer of the producer of the message, which admits further messages along the reply's return
/// route.
///
/// A relay lends its rights: its clients reach every address that its route reaches. In front of a
/// worker of the same node it makes that worker reachable for all clients of the relay.
class relay {
public:
  /// Throws `failure` for an empty route; `create` returns the error.
  explicit relay(route forward_to) : relay{value_or_throw(create(std::move(forward_to)))} {}

  /// - errc::empty_route  `forward_to` has no address
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
    const auto generation = rights.generation(); // before the look-ups
    if (generation == admitted_generation_ && previous_hop == admitted_)
      return;
    if (const auto producer = rights.find_producer(next_hop_))
      rights.add_consumer(previous_hop, producer->id);
    if (const auto producer = rights.find_producer(previous_hop))
      rights.add_consumer(next_hop_, producer->id);
    admitted_ = previous_hop;
    admitted_generation_ = generation;
  }

  route forward_to_;
  address next_hop_;
  address admitted_{transport_type::local, ""}; // the previous hop of the last message
  std::uint64_t admitted_generation_ = 0;       // a generation of the flow controls
};

} // namespace ockam
