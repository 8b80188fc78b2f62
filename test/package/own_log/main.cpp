// The log of the library in a function of the program, and a node in a static object, which logs when
// main has returned.
//
//     own_log [--default]     --default: without the function; the log goes to stderr

#include "ockam/actors/log.hpp"
#include "ockam/actors/node.hpp"
#include "ockam/transports/tcp.hpp"

#include <cstdio>
#include <string>
#include <string_view>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

namespace {

/// Never destroyed: not every CAF can be when main has returned.
caf::actor_system& actors() {
  static auto& config = *new caf::actor_system_config;
  static auto& system = *new caf::actor_system{config};
  return system;
}

/// Its end is logged as a warning.
struct failing_in_the_end {
  void handle_message(ockam::context&, const ockam::routed<std::string>&) {}
  ockam::result<void> shutdown(ockam::context&) {
    return ockam::fail(ockam::errc::handler_failed, "could not save my state");
  }
};

ockam::node& node() {
  static ockam::node instance{actors()};
  return instance;
}

void print(ockam::log_level level, std::string_view line) {
  std::printf("%s: %.*s\n", to_string(level).data(), static_cast<int>(line.size()), line.data());
}

} // namespace

int main(int argc, char** argv) {
  ockam::init_message_types<caf::id_block::ockam>();
  if (argc < 2 || std::string_view{argv[1]} != "--default")
    ockam::set_log_sink(print);
  auto tcp = ockam::tcp::transport::create(node());
  static_cast<void>(tcp.listen("127.0.0.1:0"));
  node().start_worker("failing", failing_in_the_end{});
  std::puts("main returns");
}
