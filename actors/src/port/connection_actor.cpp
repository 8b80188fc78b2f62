#include "connection_actor.hpp"

#include "node/node_state.hpp"

namespace ockam::internal {

namespace {

/// Puts what is sent to it straight into the connection's output, on the sender's thread.
class connection_actor final : public compat::intercepting<worker_actor::base, connection_actor> {
public:
  connection_actor(caf::actor_config& config, std::shared_ptr<node_state> node)
    : intercepting{config}, node_{std::move(node)} {}

  const char* name() const override { return "ockam.connection"; }

  bool intercept(caf::mailbox_element_ptr& element, compat::execution_context* context) {
    auto* content = compat::peek<routed_message>(*element);
    if (content == nullptr || element->mid.is_request()) // the mailbox answers requests
      return false;
    node_->route_anonymous(std::move(*content), context);
    return true;
  }

  behavior_type make_behavior() override {
    return {[this](routed_message& content) {
      node_->route_anonymous(std::move(content), this->context());
    }};
  }

private:
  const std::shared_ptr<node_state> node_;
};

} // namespace

caf::strong_actor_ptr spawn_connection_actor(const std::shared_ptr<node_state>& node) {
  return caf::actor_cast<caf::strong_actor_ptr>(
    node->system.spawn<connection_actor, caf::lazy_init>(node));
}

} // namespace ockam::internal
