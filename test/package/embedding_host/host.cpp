#include "host.hpp"

#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/spawn_options.hpp>
#include <caf/typed_event_based_actor.hpp>
#if CAF_MAJOR_VERSION >= 1
#  include <caf/init_global_meta_objects.hpp>
#endif

namespace host {

namespace {

class ledger final : public caf::event_based_actor {
public:
  explicit ledger(caf::actor_config& config) : caf::event_based_actor{config} {}

  caf::behavior make_behavior() override {
    return {[this](const reading&) { return ++readings_; }};
  }

private:
  std::uint32_t readings_ = 0;
};

class gateway final : public ockam::worker_actor::base {
public:
  gateway(caf::actor_config& config, std::shared_ptr<std::atomic<std::uint64_t>> seen)
    : ockam::worker_actor::base{config}, seen_{std::move(seen)} {}

  behavior_type make_behavior() override {
    return {[this](ockam::routed_message&) { seen_->fetch_add(1); }};
  }

private:
  const std::shared_ptr<std::atomic<std::uint64_t>> seen_;
};

} // namespace

void init_message_types() {
#if CAF_MAJOR_VERSION >= 1
  caf::init_global_meta_objects<caf::id_block::host>();
  caf::init_global_meta_objects<caf::id_block::ockam>();
  caf::io::middleman::init_global_meta_objects();
  caf::core::init_global_meta_objects();
#endif
}

config::config() {
  load<caf::io::middleman>();
#if CAF_MAJOR_VERSION < 1
  add_message_types<caf::id_block::host>();
  add_message_types<caf::id_block::ockam>();
#endif
}

caf::actor spawn_ledger(caf::actor_system& system) {
  return system.spawn<ledger, caf::hidden>();
}

std::uint32_t ask(caf::actor_system& from, const caf::actor& ledger) {
  caf::scoped_actor self{from};
  std::uint32_t answer = 0;
  const auto take = [&](std::uint32_t number) { answer = number; };
  const auto give_up = [](const caf::error&) {};
#if CAF_MAJOR_VERSION >= 1
  self->mail(reading{"attic", 21.5}).request(ledger, caf::infinite).receive(take, give_up);
#else
  self->request(ledger, caf::infinite, reading{"attic", 21.5}).receive(take, give_up);
#endif
  return answer;
}

ockam::worker_actor spawn_gateway(caf::actor_system& system,
                                  std::shared_ptr<std::atomic<std::uint64_t>> seen) {
  return caf::actor_cast<ockam::worker_actor>(system.spawn<gateway, caf::hidden>(std::move(seen)));
}

} // namespace host
