#pragma once

#include "ockam/actors/caf.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/config.hpp>
#include <caf/type_id.hpp>
#if CAF_MAJOR_VERSION < 1
#  include <caf/meta/type_name.hpp>
#endif

/// What the host sends between its own processes, over CAF's middleman.
struct reading {
  std::string sensor;
  double value = 0;
};

template <class Inspector>
auto inspect(Inspector& f, reading& x) {
#if CAF_MAJOR_VERSION >= 1
  return f.object(x).fields(f.field("sensor", x.sensor), f.field("value", x.value));
#else
  return f(caf::meta::type_name("reading"), x.sensor, x.value);
#endif
}

// The ids of the host begin where those of every CAF program do; ockam's are further up.
CAF_BEGIN_TYPE_ID_BLOCK(host, first_custom_type_id)
CAF_ADD_TYPE_ID(host, (reading))
CAF_END_TYPE_ID_BLOCK(host)

namespace host {

/// Before the first actor system, with CAF 1.x: the types of the host, of CAF, and of ockam.
void init_message_types();

/// A configuration with the middleman; with CAF 0.17.6 also with the types of the host and of ockam.
class config : public caf::actor_system_config {
public:
  config();
};

// The actors of the host are hidden from CAF's count of running actors, so that all it counts is
// what nodes have left behind.

/// Counts readings and answers with their number.
caf::actor spawn_ledger(caf::actor_system& system);

/// Sends a reading and returns the number that comes back; 0 when none does.
std::uint32_t ask(caf::actor_system& from, const caf::actor& ledger);

/// For nodes to make reachable: counts what it is sent.
ockam::worker_actor spawn_gateway(caf::actor_system& system,
                                  std::shared_ptr<std::atomic<std::uint64_t>> seen);

} // namespace host
