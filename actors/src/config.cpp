#include "ockam/actors/config.hpp"

#include "config_options.hpp"

namespace ockam {

node_options node_options_from(const caf::actor_system_config& config) {
  node_options options;
  internal::visit_options(options, internal::option_reader{content(config)});
  return options;
}

} // namespace ockam
