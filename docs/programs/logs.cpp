// The library's log lines, where and how we want them.

#include "ockam/actors/node.hpp"

#include <iostream>

#include <caf/exec_main.hpp>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

void caf_main(caf::actor_system& system) {
  const auto my_sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(std::cout);
  my_sink->set_pattern("%n: %l");

  spdlog::register_logger(std::make_shared<spdlog::logger>("ockam", my_sink));
  spdlog::get("ockam")->set_level(spdlog::level::debug);

  ockam::node node{system};
  node.start_worker("failing", [](ockam::context&, const ockam::routed<std::string>& received) {
    return ockam::fail(ockam::errc::invalid_value, received.body());
  });
  node.send("failing", "never mind");
}

CAF_MAIN(caf::id_block::ockam)
