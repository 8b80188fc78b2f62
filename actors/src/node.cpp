#include "ockam/actors/node.hpp"

#include "node_state.hpp"
#include "router.hpp"

#include <algorithm>

namespace ockam {

namespace {

std::shared_ptr<internal::node_state> make_state(caf::actor_system& system, node_options options) {
  if (!compat::is_registered<routed_message>())
    throw failure{error{errc::misuse,
                        "the CAF message types of ockam are not registered; write "
                        "CAF_MAIN(caf::id_block::ockam), or call "
                        "caf::init_global_meta_objects<caf::id_block::ockam>() before the first "
                        "actor_system is made"}};
  auto state = std::make_shared<internal::node_state>(system, std::move(options));
  state->set_router(internal::spawn_router(state));
  return state;
}

} // namespace

node::node(caf::actor_system& system, node_options options)
  : root_{value_or_throw(endpoint::open(make_state(system, std::move(options)), "app"))} {}

node::~node() {
  stop();
}

address node::start_actor(mailboxes at, worker actor, worker_options options) {
  return start_actor(
    std::move(at), [&](const actor_sender&) { return actor; }, options);
}

address node::start_actor(mailboxes at, const std::function<worker(actor_sender)>& make,
                          worker_options options) {
  return value_or_throw(state()->register_actor(
                          std::move(at),
                          [&](const ref_ptr<internal::worker_record>& record) {
                            return make(actor_sender{state(), record});
                          },
                          true, options))
    ->primary();
}

address node::expose(mailboxes at, worker actor) {
  return value_or_throw(
           state()->register_actor(std::move(at), [&](const auto&) { return actor; }, false, {}))
    ->primary();
}

router_actor node::router() const {
  return state()->router();
}

worker node::actor_at(const address& any) const {
  const auto found = state()->table.find(any);
  return found ? caf::actor_cast<worker>(found.record->actor) : worker{};
}

metrics node::metrics() const {
  return state()->metrics();
}

void node::stop() {
  stop(state()->options.stop_timeout);
}

void node::stop(std::chrono::milliseconds limit) {
  using std::chrono::hours; // a limit that the clock cannot express is as good as none
  state()->stop(std::min<std::chrono::milliseconds>(limit, hours{24} * 36'525));
}

void node::stop_now() {
  state()->stop(std::chrono::milliseconds{0});
}

void node::wait_for_stop_request() {
  state()->wait_for_stop_request();
}

} // namespace ockam
