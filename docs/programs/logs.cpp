// The library's log lines, where and how we want them.

#include "ockam/actors/log.hpp"
#include "ockam/actors/node.hpp"

#include <iostream>

#include <caf/exec_main.hpp>

void caf_main(caf::actor_system& system) {
  ockam::set_log_sink(
    [](ockam::log_level level, std::string_view line) {
      std::cout << std::string{to_string(level)}.append(": ").append(line) + "\n";
    },
    ockam::log_level::debug);

  ockam::node node{system};
  node.start_worker("failing", [](ockam::context&, const ockam::routed<std::string>& received) {
    return ockam::fail(ockam::errc::invalid_value, received.body());
  });
  node.send("failing", "never mind");
}

CAF_MAIN(caf::id_block::ockam)
