#pragma once

#include <string>

#include <caf/fwd.hpp>

/// Sends a text to a worker of another node, over TCP, and returns what comes back.
std::string greeting(caf::actor_system& system);
