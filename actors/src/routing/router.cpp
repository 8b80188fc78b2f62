#include "router.hpp"

namespace ockam::internal {

namespace {

/// An actor whose `enqueue` routes: a routed message never enters its mailbox, so one router does
/// not limit the node (docs/decisions.md, "The router is an actor whose enqueue routes").
class router_impl final : public compat::intercepting<router_actor::base, router_impl> {
public:
  router_impl(caf::actor_config& config, std::shared_ptr<node_state> node)
    : intercepting{config}, node_{std::move(node)} {}

  const char* name() const override { return "ockam.router"; }

  /// Any thread; uses nothing but the constant `node_`. A request is left to the mailbox, which
  /// answers it.
  bool intercept(caf::mailbox_element_ptr& element, compat::execution_context* context) {
    auto* content = compat::peek<routed_message>(*element);
    if (content == nullptr || element->mid.is_request())
      return false;
    node_->route_anonymous(std::move(*content), context);
    return true;
  }

  behavior_type make_behavior() override {
    return {
      [this](routed_message& content) {
        node_->route_anonymous(std::move(content), this->context());
      },
      [this](router_command& command) -> caf::result<router_reply> {
        auto answer = execute(command);
        if (!answer)
          return caf::make_error(caf::sec::runtime_error, to_string(answer.error()));
        return std::move(*answer);
      },
    };
  }

private:
  result<router_reply> execute(const router_command& command) {
    std::vector<ockam::address> addresses;
    for (const auto& text : command.addresses) {
      auto parsed = ockam::address::parse(text);
      if (!parsed)
        return fail(std::move(parsed.error()));
      addresses.push_back(std::move(*parsed));
    }
    switch (command.what) {
      case router_command::kind::list_workers: {
        router_reply reply;
        for (const auto& record : node_->table.all())
          reply.addresses.push_back(to_string(record->primary()));
        return reply;
      }
      case router_command::kind::expose: {
        if (!command.actor)
          return fail(errc::misuse, "the command to expose carries no actor");
        std::vector<mailbox_options> boxes;
        boxes.reserve(addresses.size());
        for (auto& each : addresses)
          boxes.push_back({.address = std::move(each)});
        return node_
          ->register_actor(
            mailboxes{std::move(boxes)},
            [&](const auto&) { return caf::actor_cast<worker_actor>(command.actor); }, false, {})
          .map([](const auto& record) { return router_reply{{to_string(record->primary())}}; });
      }
      case router_command::kind::stop_worker:
        if (addresses.empty())
          return fail(errc::misuse, "the command to stop a worker names no address");
        return node_->stop_worker(addresses.front()).map([&] {
          return router_reply{{to_string(addresses.front())}};
        });
    }
    return fail(errc::misuse, "unknown router command");
  }

  const std::shared_ptr<node_state> node_;
};

} // namespace

router_actor spawn_router(const std::shared_ptr<node_state>& node) {
  return node->system.spawn<router_impl, caf::lazy_init>(node);
}

} // namespace ockam::internal
