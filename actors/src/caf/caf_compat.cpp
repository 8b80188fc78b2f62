#include "ockam/actors/detail/caf_compat.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/config_value.hpp>

namespace ockam::compat {

std::string config_file(const caf::actor_system_config& config) {
#if CAF_MAJOR_VERSION >= 1
  const auto* const named = caf::get_if<std::string>(&content(config), "config-file");
  return named != nullptr ? *named : std::string{};
#else
  return config.config_file_path;
#endif
}

caf::settings values_in_file(const std::string& path) {
#if CAF_MAJOR_VERSION >= 1
  if (auto values = caf::actor_system_config::parse_config_file(path.c_str()))
    return std::move(*values);
#else
  static_cast<void>(path);
#endif
  return {};
}

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
