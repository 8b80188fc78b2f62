#pragma once

#include "types.hpp"

#include <stdexcept>

#include <caf/io/all.hpp>

namespace bench {

/// An actor system that talks to others.
struct basp_system {
  /// As our nodes run, or as CAF does when it is told nothing.
  enum class tuning : std::uint8_t { for_io, defaults };

  explicit basp_system(tuning how = tuning::for_io) : config{how} {}

  struct configuration : caf::actor_system_config {
    explicit configuration(tuning how) {
      if (how == tuning::for_io)
        ockam::compat::tune_for_io(*this, 2);
      ockam::compat::add_message_types<caf::id_block::ockam_bench>(*this);
      load<caf::io::middleman>();
    }
  };

  /// Returns the port.
  std::string publish(const caf::actor& server) {
    const auto port = system.middleman().publish(server, 0, "127.0.0.1");
    if (!port)
      throw std::runtime_error{"publishing failed: " + ockam::compat::render(system, port.error())};
    return std::to_string(*port);
  }

  caf::actor connect(const std::string& port) {
    auto remote = system.middleman().remote_actor("127.0.0.1",
                                                  static_cast<std::uint16_t>(std::stoi(port)));
    if (!remote)
      throw std::runtime_error{"connecting failed: "
                               + ockam::compat::render(system, remote.error())};
    return std::move(*remote);
  }

  configuration config;
  caf::actor_system system{config};
};

} // namespace bench
