#include "ockam/actors/caf_compat.hpp"

#include <caf/actor_system_config.hpp>

namespace ockam::compat {

void set_threads(caf::actor_system_config& config, std::size_t threads) {
#if CAF_MAJOR_VERSION >= 1
  config.set("caf.scheduler.max-threads", threads);
#else
  config.set("scheduler.max-threads", threads);
#endif
}

void tune_for_io(caf::actor_system_config& config, std::size_t threads) {
  set_threads(config, threads);
#if CAF_MAJOR_VERSION >= 1
  config.set("caf.scheduler.policy", "sharing");
#else
  config.set("scheduler.policy", caf::atom("sharing"));
#endif
}

} // namespace ockam::compat
