#include "greeting.hpp"

#include "ockam/actors/caf.hpp"

#include <iostream>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/exec_main.hpp>

void caf_main(caf::actor_system& system) {
  std::cout << greeting(system) << '\n';
}

CAF_MAIN(caf::id_block::ockam)
