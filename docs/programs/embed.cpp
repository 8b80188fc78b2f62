// A program with actors of its own makes one of them reachable.

#include "ockam/transports/tcp.hpp"

#include <future>
#include <iostream>

#include <caf/exec_main.hpp>

/// An actor of the host, which lives as long as the host likes.
class journal final : public ockam::worker_actor::base {
public:
  journal(caf::actor_config& config, std::promise<std::string> first)
    : ockam::worker_actor::base{config}, first_{std::move(first)} {}

  behavior_type make_behavior() override {
    return {[this](ockam::routed_message& received) {
      first_.set_value(ockam::routed<std::string>{received}.body());
    }};
  }

private:
  std::promise<std::string> first_;
};

void caf_main(caf::actor_system& system) {
  std::promise<std::string> promise;
  auto written = promise.get_future();
  const auto actor
    = caf::actor_cast<ockam::worker_actor>(system.spawn<journal>(std::move(promise)));
  {
    ockam::node node{system};
    node.expose("journal", actor);
    auto tcp = ockam::tcp::transport::create(node);
    const auto listener = tcp.listen("127.0.0.1:0");
    node.flow_controls().add_consumer("journal", listener.flow_control_id());

    ockam::node client{system};
    auto clients_tcp = ockam::tcp::transport::create(client);
    client.send({clients_tcp.connect(listener.socket_address()), "journal"}, "Hello Ockam!");
    std::cout << written.get() + "\n";
  }
  // Both nodes are gone, the actor is not.
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
}

CAF_MAIN(caf::id_block::ockam)
