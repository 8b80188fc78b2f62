#pragma once

#include "ockam/actors/caf.hpp"
#include "ockam/actors/node.hpp"
#include "ockam/actors/service.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace ockam::test {

using text_service = service<std::string, std::string>;

/// The types that CAF's middleman sends, where it has to be told: with CAF 1.x, before the first system.
template <class Middleman = caf::io::middleman>
void init_middleman_types() {
  if constexpr (requires { Middleman::init_global_meta_objects(); })
    Middleman::init_global_meta_objects();
}

/// An actor system that is a node of a CAF cluster: with CAF's middleman.
class caf_node {
public:
  enum class types : std::uint8_t { registered, forgotten };

  explicit caf_node(types ours = types::registered) {
    config_.load<caf::io::middleman>();
    if (ours == types::registered)
      compat::add_message_types<caf::id_block::ockam>(config_);
    system_.emplace(config_);
  }
  caf::actor_system& operator*() noexcept { return *system_; }
  caf::actor_system* operator->() noexcept { return &*system_; }

  /// The port at which other CAF nodes of this machine find the actor; 0 when it cannot be.
  template <class Handle>
  std::uint16_t publish(const Handle& what) {
    const auto port = system_->middleman().publish(what, 0, "127.0.0.1");
    return port ? *port : std::uint16_t{0};
  }

  /// The actor that another CAF node of this machine has published there.
  template <class Handle>
  Handle find(std::uint16_t port) {
    auto found = system_->middleman().remote_actor<Handle>("127.0.0.1", port);
    if (!found)
      throw failure{error{errc::not_found, "no actor at port " + std::to_string(port) + ": "
                                             + compat::render(*system_, found.error())}};
    return std::move(*found);
  }

private:
  caf::actor_system_config config_;
  std::optional<caf::actor_system> system_;
};

} // namespace ockam::test
