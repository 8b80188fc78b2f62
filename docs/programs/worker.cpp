// A worker with state, a worker that is a function, and one message too many.

#include "ockam/actors/node.hpp"

#include <cstdint>
#include <iostream>

#include <caf/exec_main.hpp>

/// Adds up the numbers it receives.
class summing {
public:
  auto handle_message(ockam::context& ctx, const ockam::routed<std::uint32_t>& number) {
    sum_ += number.body();
    return ctx.send(number.return_route(), sum_);
  }

private:
  std::uint32_t sum_ = 0;
};

void caf_main(caf::actor_system& system) {
  ockam::node node{system};

  node.start_worker("sum", summing{});
  std::cout << node.send_and_receive<std::uint32_t>("sum", 3u) << "\n";
  std::cout << node.send_and_receive<std::uint32_t>("sum", 4u) << "\n";

  node.start_worker("greet", [](ockam::context& ctx, const ockam::routed<std::string>& name) {
    return ctx.send(name.return_route(), "Hello " + name.body() + "!");
  });
  std::cout << node.send_and_receive<std::string>("greet", "Ockam") + "\n";

  // One byte is no number of four: the handler fails, the worker goes on.
  node.send("sum", true);
  std::cout << node.send_and_receive<std::uint32_t>("sum", 5u) << "\n";
  std::cout << node.metrics().failed << " failed\n";
}

CAF_MAIN(caf::id_block::ockam)
