#include "ockam/actors/node.hpp"

#include "log/log.hpp"
#include "node_state.hpp"
#include "routing/router.hpp"

#include "ockam/actors/config.hpp"
#include "ockam/protocol/text.hpp"

#include <algorithm>

namespace ockam {

namespace {

/// Without their ids CAF cannot carry our messages; with ids of other types it mistakes them.
result<void> check_type_ids(caf::actor_system& system) {
  const auto found = compat::registered_name<routed_message>(system);
  if (found == "ockam::routed_message")
    return {};
  if (found.empty())
    return fail(errc::misuse,
                std::string{"the CAF message types of ockam are not registered; write "}
                  + compat::how_to_register);
  const auto own_id = static_cast<std::uint16_t>(caf::type_id<routed_message>::value);
  return fail(errc::misuse, "CAF type id " + std::to_string(own_id) + " belongs to "
                              + escaped(found)
                              + " and to ockam::routed_message; give ockam other ids with "
                                "-DOCKAM_CAF_TYPE_ID_OFFSET=N, N now being "
                              + std::to_string(OCKAM_CAF_TYPE_ID_OFFSET));
}

std::shared_ptr<internal::node_state> make_state(caf::actor_system& system, node_options options) {
  if (auto registered = check_type_ids(system); !registered)
    throw failure{std::move(registered.error())};
  auto state = std::make_shared<internal::node_state>(system, std::move(options));
  state->counters->explain = [weak = std::weak_ptr{state}](drop_reason reason,
                                                           const message& content) {
    if (const auto node = weak.lock())
      node->explain_drop(reason, content);
  };
  state->set_router(internal::spawn_router(state));
  return state;
}

} // namespace

void actor_sender::report_failure(std::string_view what, const error& why) {
  record_->count(&internal::traffic::failed);
  record_->counters->log.report(record_->log_lines, log_level::warning, [&] {
    return "worker " + escaped(to_string(primary_address())) + ": " + std::string{what} + ": "
           + to_string(why);
  });
}

node::node(caf::actor_system& system) : node{system, node_options_from(system.config())} {}

node::node(caf::actor_system& system, node_options options)
  : root_{value_or_throw(endpoint::open(make_state(system, std::move(options)), "app"))} {}

node::~node() {
  state()->end();
}

address node::start_actor(mailboxes at, worker_actor actor, worker_options options) {
  return start_actor(
    std::move(at), [&](const actor_sender&) { return actor; }, options);
}

address node::start_actor(mailboxes at, const std::function<worker_actor(actor_sender)>& make,
                          worker_options options) {
  return value_or_throw(state()->register_actor(
                          std::move(at),
                          [&](const ref_ptr<internal::worker_record>& record) {
                            return make(actor_sender{state(), record});
                          },
                          true, options))
    ->primary();
}

address node::expose(mailboxes at, worker_actor actor) {
  return value_or_throw(
           state()->register_actor(std::move(at), [&](const auto&) { return actor; }, false, {}))
    ->primary();
}

address node::expose(mailboxes at, const caf::actor& actor) {
  return expose(std::move(at), caf::actor_cast<worker_actor>(actor));
}

void node::stop_worker(const address& any) {
  value_or_throw(root_.stop_worker(any));
}

void node::wait_for(const address& any, receive_options options) {
  value_or_throw(root_.wait_for(any, options));
}

endpoint node::detached(mailboxes at) {
  return value_or_throw(root_.detached(std::move(at)));
}

router_actor node::router() const {
  return state()->router();
}

worker_actor node::actor_at(const address& any) const {
  return caf::actor_cast<worker_actor>(state()->actor_at(any));
}

metrics node::metrics() const {
  return state()->metrics();
}

void node::stop() {
  stop(state()->options.stop_timeout);
}

void node::stop(std::chrono::milliseconds limit) {
  value_or_throw(state()->stop(limit));
}

void node::wait_for_stop_request() {
  value_or_throw(state()->wait_for_stop_request());
}

} // namespace ockam
