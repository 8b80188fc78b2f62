// A second CAF node, for the tests of clusters: publishes a service and a worker until SIGTERM.
//
//   cluster_member ROUTER_PORT    the port of the first node's router
//   cluster_member --forgetful    makes a node without having registered the types of ockam

#include "../caf_node.hpp"

#include "ockam/actors/routed.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <csignal>
#include <iostream>

namespace {

using namespace ockam;
using test::caf_node;
using test::text_service;

/// Adds "!" to each text.
class shouter final : public text_service::base {
public:
  explicit shouter(caf::actor_config& config) : text_service::base{config} {}
  behavior_type make_behavior() override {
    return {[](const std::string& text) -> caf::result<std::string> { return text + "!"; }};
  }
};

/// A worker of a node in another process: tells what of a message has come along.
class far_worker final : public worker_actor::base {
public:
  far_worker(caf::actor_config& config, router_actor router)
    : worker_actor::base{config}, router_{std::move(router)} {}

  behavior_type make_behavior() override {
    return {[this](routed_message& received) {
      const auto seen = routed<std::string>{received}.body() + ", " //
                        + std::to_string(received.local_message().all_local_info().size())
                        + " notes, from '" + to_string(received.source_address()) + "'";
      compat::send(this, router_,
                   routed_message{message{received.return_route(), received.onward_route(),
                                          encode_payload(seen).value()}});
    }};
  }

private:
  const router_actor router_;
};

int be_forgetful() {
  caf_node self{caf_node::types::forgotten};
  const node forgotten{*self};
  return 0;
}

int serve(std::uint16_t router_port) {
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &end, nullptr); // before there are threads
  caf_node self;
  const auto router = self.find<router_actor>(router_port);
  const auto service = caf::actor_cast<text_service>(self->spawn<shouter>());
  const auto worker = caf::actor_cast<ockam::worker_actor>(self->spawn<far_worker>(router));
  std::cout << "service at " << self.publish(service) << "\nworker at " << self.publish(worker)
            << std::endl;
  int received = 0;
  sigwait(&end, &received);
  for (const auto& each :
       {caf::actor_cast<caf::actor>(service), caf::actor_cast<caf::actor>(worker)})
    caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  const std::string what = argc == 2 ? argv[1] : "";
  test::init_middleman_types();
  try {
    if (what == "--forgetful") {
      compat::init_message_types<>();
      return be_forgetful();
    }
    compat::init_message_types<caf::id_block::ockam>();
    return serve(static_cast<std::uint16_t>(std::stoul(what)));
  } catch (const std::exception& thrown) {
    std::cerr << "error: " << thrown.what() << '\n';
    return 1;
  }
}
