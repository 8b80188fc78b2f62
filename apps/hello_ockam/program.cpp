#include "hello_ockam/program.hpp"

#include "hello_ockam/flow_printer.hpp"

#include "ockam/protocol/text.hpp"

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <mutex>
#include <string_view>
#include <thread>

#include <pthread.h>

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

/// Ends the process as if the signal had never been blocked.
void die_of(int signal) {
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  std::signal(signal, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  std::raise(signal);
}

/// Waits for the signals on a thread of its own, as long as the function of a program runs.
class signal_watch {
public:
  signal_watch(ockam::node& node, bool listens)
    : node_{node}, listens_{listens}, thread_{[this] { wait(); }} {}

  ~signal_watch() {
    {
      const std::lock_guard guard{mutex_};
      over_ = true;
    }
    changed_.notify_all();
    pthread_kill(thread_.native_handle(), SIGTERM); // for `sigwait`
    thread_.join();
  }

private:
  /// For a function that only has to notice that a stop was asked for.
  static constexpr std::chrono::milliseconds grace{500};

  void wait() {
    const auto signals = stop_signals();
    int received = 0;
    sigwait(&signals, &received);
    std::unique_lock guard{mutex_};
    if (over_)
      return;
    if (!listens_)
      return die_of(received);
    node_.root().request_stop();
    if (changed_.wait_for(guard, grace, [this] { return over_; }))
      return;
    // It is still connecting, and nobody has been served: there is nothing to stop in order.
    std::cout << std::flush;
    std::_Exit(0);
  }

  ockam::node& node_;
  const bool listens_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread thread_; // last: it uses the others
};

} // namespace

struct program::parts {
  parts(const std::string& description, const std::string& name) : app{description, name} {}

  CLI::App app;
  std::deque<std::string> arguments;
  bool flow = flow_wanted_by_environment();
  bool listens = false;
  ockam::node* node = nullptr; // while the function of `run` is called
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

std::string& program::listen_argument(std::string value) {
  parts_->listens = true;
  return argument("LISTEN", "HOST:PORT to listen on", std::move(value));
}

int program::run(int argc, char** argv, const std::function<void(ockam::node&)>& run) {
  const auto complain = [this](const std::string& text) {
    std::cerr << parts_->app.get_name() + ": " + text + "\n";
  };
  try {
    parts_->app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return parts_->app.exit(help);
  } catch (const CLI::ParseError& wrong) {
    complain(ockam::escaped(wrong.what()) + "; see --help");
    return 2;
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
    parts_->node = &node;
    const signal_watch watch{node, parts_->listens};
    run(node);
    return 0;
  } catch (const std::exception& failed) {
    complain(failed.what());
    return 1;
  }
}

void program::serve(const std::string& socket_address) {
  std::cout << "Listening on " + socket_address + "\n" << std::flush;
  parts_->node->wait_for_stop_request();
}

} // namespace hello_ockam
