#pragma once

#include "simulated_node.hpp"

#include "ockam/actors/workers.hpp"

#include <deque>

namespace ockam::simulation {

/// What every simulated worker knows: where it is, and which one it is of all that were ever started.
struct role {
  simulated_node* node;
  std::uint32_t number;

  ledger::arrival arrived(const routed_message& received) const {
    return node->around().book.arrives(received.payload(), number);
  }
  void passed(const routed_message& received) const {
    if (!is_error_reply(received.local_message()))
      node->around().book.passes(received.payload(), number);
  }
};

/// Messages end here.
struct sink : role {
  void handle_message(context&, const routed<raw_body>& received) const { arrived(received); }
};

/// As the library's, and noted.
struct noted_hop : role {
  ockam::hop inner{};
  auto handle_message(context& ctx, routed<any_body>&& received) {
    passed(received);
    return inner.handle_message(ctx, std::move(received));
  }
};

struct noted_relay : role {
  route forward_to;
  ockam::relay inner{forward_to};
  auto handle_message(context& ctx, routed<any_body>&& received) {
    passed(received);
    node->relay_lends_rights(forward_to, received.return_route());
    return inner.handle_message(ctx, std::move(received));
  }
};

/// Keeps messages, and all they hold, until a message of its own comes much later.
struct sleeper : role {
  std::deque<routed<raw_body>> kept{};
  std::optional<std::uint32_t> alarm{};
  delayed_event waking{};

  void handle_message(context& ctx, routed<raw_body> received) {
    arrived(received);
    if (alarm && is_number(received.payload(), *alarm)) {
      alarm.reset();
      kept.clear();
      return;
    }
    kept.push_back(std::move(received));
    if (alarm)
      return;
    alarm = node->open_message();
    auto made = ctx.make_delayed_event(route{ctx.primary_address()},
                                       node->around().book.body_of(*alarm));
    if (!made)
      return;
    waking = std::move(*made);
    waking.schedule(std::chrono::milliseconds{node->around().random.between(1, 1'000)});
  }

  bool is_number(const shared_bytes& body, std::uint32_t number) const {
    return body == node->around().book.body_of(number).data;
  }
};

/// Answers every message along its return route, or fails.
struct answerer : role {
  result<void> handle_message(context& ctx, const routed<raw_body>& received) const {
    const auto what = arrived(received);
    if (const auto failed = node->failure_of_a_handler()) {
      if (node->around().random.percent(50))
        return fail(*failed);
      return ctx.reply_error(received, *failed);
    }
    return node->answer(ctx, number, what.paid, received.return_route(), 60);
  }
};

/// Answers with more than it was asked for.
struct amplifier : role {
  result<void> handle_message(context& ctx, const routed<raw_body>& received) const {
    const auto what = arrived(received);
    result<void> outcome;
    for (auto left = node->around().random.between(1, 4); left > 0; --left)
      if (auto sent = node->answer(ctx, number, what.paid, received.return_route(),
                                   node->around().chosen.largest_body);
          !sent)
        outcome = std::move(sent);
    return outcome;
  }
};

struct front : role {
  result<void> handle_message(context& ctx, const routed<raw_body>& received) const {
    const auto what = arrived(received);
    return node->ask_a_neighbour(ctx, number, what.paid, received.return_route());
  }
};

struct deferrer : role {
  void handle_message(context& ctx, const routed<raw_body>& received) const {
    const auto what = arrived(received);
    node->keep(ctx.make_response_promise(received), number, what.paid, received.return_route());
    if (node->around().random.percent(30)) // otherwise the simulation does, from outside
      node->answer_a_promise();
  }
};

/// Sends messages, requests and delayed messages when it gets one that is no answer.
struct talker : role {
  std::vector<delayed_event> later{};
  void handle_message(context& ctx, const routed<raw_body>& received) {
    const auto what = arrived(received);
    if (what.is_answer || node->around().is_busy())
      return;
    switch (node->around().random.below(3)) {
      case 0:
        return node->talk(ctx, number, what.paid, &ctx);
      case 1:
        return node->ask(ctx, number, what.paid);
      default:
        if (auto event = node->send_later(ctx, number, what.paid))
          later.push_back(std::move(*event));
    }
  }
};

} // namespace ockam::simulation
