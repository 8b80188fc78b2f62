// A worker of one's own: life cycle, questions to other workers, errors, access.

#include "ockam/actors/node.hpp"
#include "ockam/actors/workers.hpp"

#include <iostream>

#include <caf/exec_main.hpp>

/// Answers a name with a greeting in capitals, which it asks another worker for.
class greeter {
public:
  explicit greeter(std::string greeting) : greeting_{std::move(greeting)} {}

  /// Before the first message. A failure ends the worker.
  ockam::result<void> initialize(ockam::context&) {
    if (greeting_.empty())
      return ockam::fail(ockam::errc::invalid_value, "a greeter needs a greeting");
    return {};
  }

  ockam::result<void> handle_message(ockam::context& ctx, const ockam::routed<std::string>& name) {
    ++greeted_;
    // Nothing waits in here: the function is called in this worker when the reply has come, or a
    // limit has passed. What it needs later it keeps.
    return ctx.send_and_receive<std::string>(
      "uppercase", greeting_ + " " + name.body(),
      [&ctx, back = name.return_route()](const ockam::result<std::string>& reply) {
        if (reply)
          static_cast<void>(ctx.send(back, *reply));
      });
  }

  /// After the last message, also when `initialize` has failed.
  void shutdown(ockam::context& ctx) {
    if (greeted_ > 0)
      std::cout << to_string(ctx.primary_address()) + " greeted " + std::to_string(greeted_) + "\n";
  }

private:
  std::string greeting_;
  int greeted_ = 0;
};

void caf_main(caf::actor_system& system) {
  ockam::node node{system};
  node.start_worker("uppercase", ockam::uppercase{});

  // Two addresses, one mailbox.
  node.start_worker({"greeter", "welcome"}, greeter{"hello"});
  std::cout << node.send_and_receive<std::string>("greeter", "alice") + "\n";
  std::cout << node.send_and_receive<std::string>("welcome", "bob") + "\n";

  // What `initialize` reports reaches the caller that waits for the worker.
  node.start_worker("silent", greeter{""});
  const auto started = node.root().wait_for("silent");
  std::cout << to_string(started.error()) + "\n";

  // Only "greeter" may send to this one.
  node.start_worker(ockam::mailbox_options{.address = "private",
                                           .incoming = ockam::allow_source_addresses({"greeter"})},
                    greeter{"psst"});
  node.send("private", "app"); // dropped, counted, and a warning in the log
  node.stop();
  std::cout << node.metrics().dropped_for(ockam::drop_reason::incoming_denied) << " denied\n";
}

CAF_MAIN(caf::id_block::ockam)
