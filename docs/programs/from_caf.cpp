// A CAF actor as we know it, and the same actor at an address.

#include "ockam/actors/node.hpp"

#include <iostream>

#include <caf/exec_main.hpp>

/// Answers along the return route, wherever it leads: there is no sender to answer to.
class echoing final : public ockam::worker_actor::base {
public:
  echoing(caf::actor_config& config, ockam::actor_sender out)
    : ockam::worker_actor::base{config}, out_{std::move(out)} {}

  behavior_type make_behavior() override {
    return {[this](ockam::routed_message& received) {
      const auto text = ockam::routed<std::string>{received}.body();
      static_cast<void>(out_.send(received.return_route(), text));
    }};
  }

private:
  ockam::actor_sender out_;
};

void caf_main(caf::actor_system& system) {
  ockam::node node{system};

  node.start_actor("echoer", [&](ockam::actor_sender out) {
    return caf::actor_cast<ockam::worker_actor>(system.spawn<echoing>(std::move(out)));
  });

  std::cout << node.send_and_receive<std::string>("echoer", "Hello Ockam!") + "\n";
}

CAF_MAIN(caf::id_block::ockam)
