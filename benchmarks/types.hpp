#pragma once

// What the plain CAF actors of the benchmarks send, and systems to run them in.

#include "ockam/actors/detail/caf_compat.hpp"
#include "ockam/protocol/shared_bytes.hpp"

#include <cstdint>
#include <memory>
#include <string>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

namespace bench {

/// A payload by reference and a number.
struct small_message {
  ockam::shared_bytes payload;
  std::uint64_t number = 0;
};

/// What the actors of the Savina benchmarks tell each other.
struct memo {
  std::int32_t kind = 0;
  std::int32_t from = 0;
  std::int64_t value = 0;

  template <class Inspector>
  friend auto inspect(Inspector& f, memo& each) {
#if CAF_MAJOR_VERSION >= 1
    return f.object(each).fields(f.field("kind", each.kind), f.field("from", each.from),
                                 f.field("value", each.value));
#else
    return f(each.kind, each.from, each.value);
#endif
  }
};

/// Where a player of a Savina benchmark is, for those in another process.
struct introduction {
  std::uint32_t place = 0;
  caf::actor actor;

  template <class Inspector>
  friend auto inspect(Inspector& f, introduction& each) {
#if CAF_MAJOR_VERSION >= 1
    return f.object(each).fields(f.field("place", each.place), f.field("actor", each.actor));
#else
    return f(each.place, each.actor);
#endif
  }
};

/// CAF's default of work stealing, or the sharing that our programs choose.
enum class policy : std::uint8_t { stealing, sharing };

/// An actor system with two threads; variants share one by pointer.
struct host {
  explicit host(policy which) : config{which} {}

  struct settings : caf::actor_system_config {
    explicit settings(policy which) {
      if (which == policy::sharing)
        ockam::compat::tune_for_io(*this, 2);
      else
        ockam::compat::set_threads(*this, 2);
    }
  };
  settings config;
  caf::actor_system system{config};
};

inline ockam::shared_bytes payload_of(std::size_t size) {
  return ockam::shared_bytes::adopt(ockam::bytes(size, std::uint8_t{0x5a}));
}

template <class Handle>
void stop_actor(const Handle& which) {
  ockam::compat::post_exit(caf::actor_cast<caf::abstract_actor*>(which));
}

/// Before the first actor system is made.
void init_types();
std::string caf_version();

} // namespace bench

CAF_BEGIN_TYPE_ID_BLOCK(ockam_bench, caf::first_custom_type_id)
CAF_ADD_TYPE_ID(ockam_bench, (bench::small_message))
CAF_ADD_TYPE_ID(ockam_bench, (bench::memo))
CAF_ADD_TYPE_ID(ockam_bench, (bench::introduction))
CAF_END_TYPE_ID_BLOCK(ockam_bench)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bench::small_message)
