// How requests end: with an answer, with an error of the worker, with an answer that comes later.

#include "ockam/actors/node.hpp"

#include <iostream>
#include <vector>

#include <caf/exec_main.hpp>

using namespace std::chrono_literals;

/// Answers a number with the next one.
struct counting {
  ockam::result<void> handle_message(ockam::context& ctx,
                                     const ockam::routed<std::string>& number) {
    if (number.body().empty()) // the requester learns the code and the text
      return ctx.reply_error(number, {ockam::errc::invalid_value, "a number has digits"});
    const auto next = std::stoi(number.body()) + 1; // throws: the requester learns that it failed
    return ctx.reply(number, std::to_string(next));
  }
};

/// Answers those that knock when the door is opened.
class door {
public:
  void handle_message(ockam::context& ctx, const ockam::routed<std::string>& said) {
    if (said.body() == "open")
      for (auto& each : std::exchange(waiting_, {}))
        static_cast<void>(each.deliver(std::string{"come in"}));
    else
      waiting_.push_back(ctx.make_response_promise(said));
  }

private:
  std::vector<ockam::response_promise> waiting_; // answered from any thread; here from this one
};

void caf_main(caf::actor_system& system) {
  ockam::node node{system};
  node.start_worker("counting", counting{});
  node.start_worker("door", door{});

  // With results instead of exceptions: `cause` is the code of the other side.
  for (const auto* const text : {"41", "", "forty-one"}) {
    const auto reply = node.root().send_and_receive<std::string>("counting", std::string{text});
    std::cout << (reply ? *reply : to_string(reply.error())) + "\n";
    if (!reply)
      std::cout << "  because of " + reply.error().cause().message() + "\n";
  }

  node.send("door", "knock");
  node.send("door", "open");
  std::cout << node.receive<std::string>().body() + "\n";

  // What has no answer ends with the time-out; here nothing opens the door.
  const auto late = node.root().send_and_receive<std::string>("door", std::string{"knock"},
                                                              {.timeout = 10ms});
  std::cout << to_string(late.error()) + "\n";
}

CAF_MAIN(caf::id_block::ockam)
