#include "hello_ockam/program.hpp"

#include "hello_ockam/flow_printer.hpp"

#include <csignal>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <string_view>

#include <CLI/CLI.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

namespace hello_ockam {

namespace {

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

bool flow_wanted_by_environment() {
  const auto* value = std::getenv("OCKAM_FLOW");
  return value != nullptr && std::string_view{value} != "" && std::string_view{value} != "0";
}

} // namespace

struct program::parts {
  parts(const std::string& description, const std::string& name) : app{description, name} {}

  CLI::App app;
  std::deque<std::string> arguments;
  bool flow = flow_wanted_by_environment();
};

program::program(std::string name, std::string description)
  : parts_{std::make_unique<parts>(description, name)} {
  const auto signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr); // inherited by every thread from here on
  parts_->app.add_flag("--flow", parts_->flow, "Show the routes of every message, step by step");
}

program::~program() = default;

std::string& program::argument(const std::string& name, const std::string& description,
                               std::string value) {
  auto& kept = parts_->arguments.emplace_back(std::move(value));
  parts_->app.add_option(name, kept, description)->capture_default_str();
  return kept;
}

int program::run(int argc, char** argv, const std::function<void(ockam::node&)>& run) {
  try {
    parts_->app.parse(argc, argv);
  } catch (const CLI::ParseError& wrong) {
    return parts_->app.exit(wrong) == 0 ? 0 : 2;
  }
  try {
    ockam::compat::init_message_types<caf::id_block::ockam>();
    caf::actor_system_config config;
    ockam::compat::tune_for_io(config, 2);
    caf::actor_system system{config};
    ockam::node_options options;
    if (parts_->flow)
      options.observer = std::make_shared<flow_printer>(std::cout);
    ockam::node node{system, options};
    run(node);
    return 0;
  } catch (const std::exception& failed) {
    std::cerr << std::string{parts_->app.get_name()} + ": " + failed.what() + "\n";
    return 1;
  }
}

void program::serve(const std::string& socket_address) {
  std::cout << "Listening on " + socket_address + "\n" << std::flush;
  const auto signals = stop_signals();
  int received = 0;
  sigwait(&signals, &received);
}

} // namespace hello_ockam
