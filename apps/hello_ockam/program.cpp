#include "hello_ockam/program.hpp"

#include "hello_ockam/flow_output.hpp"
#include "hello_ockam/output.hpp"

#include "ockam/protocol/text.hpp"

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <mutex>
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

/// The name of a form, or something that is none.
std::string flow_wanted_by_environment() {
  const auto* value = std::getenv("OCKAM_FLOW");
  const std::string name = value != nullptr ? value : "";
  return name == "0" ? "" : name == "1" ? "text" : name;
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
  signal_watch(std::string name, ockam::node& node, bool listens)
    : name_{std::move(name)}, node_{node}, listens_{listens}, thread_{[this] { wait(); }} {}

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
    // It is still connecting and serves no peer: there is nothing to stop in order.
    std::_Exit(run_and_report(name_, [] { return 0; }));
  }

  const std::string name_;
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
  std::string flow = flow_wanted_by_environment();
  std::string flow_file;
  bool listens = false;
  ockam::node* node = nullptr; // while the function of `run` is called
};

program::program(std::string name, std::string description)
  : parts_{std::make_unique<parts>(description, name)} {
  const auto signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr); // inherited by every thread from here on
  parts_->app
    .add_flag("--flow{text}", parts_->flow,
              "Show the routes of every message: text step by step (default), or a picture in the "
              "end as mermaid or svg")
    ->option_text("[=FORM]");
  parts_->app
    .add_option("--flow-file", parts_->flow_file, "Write every step to a file, for flow-merge")
    ->option_text("FILE");
}

program::~program() = default;

std::string& program::argument(const std::string& name, const std::string& description,
                               std::string value) {
  auto& kept = parts_->arguments.emplace_back(std::move(value));
  parts_->app.add_option(name, kept, description)->capture_default_str();
  return kept;
}

std::string& program::listen_argument(std::string value, const std::string& description) {
  parts_->listens = true;
  return argument("LISTEN", description, std::move(value));
}

int program::run(int argc, char** argv, const std::function<void(ockam::node&)>& run) {
  return run_and_report(parts_->app.get_name(), [&] { return parse_and_run(argc, argv, run); });
}

int program::parse_and_run(int argc, char** argv, const std::function<void(ockam::node&)>& run) {
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
  const auto form = flow_form_of(parts_->flow);
  if (!form) {
    complain(ockam::escaped(parts_->flow)
             + " is no form of a message flow (--flow, OCKAM_FLOW): try text, mermaid or svg");
    return 2;
  }
  flow_output flow{*form, parts_->flow_file};
  const auto status = run_with(flow, run, complain);
  flow.finish();
  return status;
}

int program::run_with(const flow_output& flow, const std::function<void(ockam::node&)>& run,
                      const std::function<void(const std::string&)>& complain) {
  try {
    ockam::compat::init_message_types<caf::id_block::ockam>();
    caf::actor_system_config config;
    ockam::compat::tune_for_io(config, 2);
    caf::actor_system system{config};
    ockam::node_options options;
    options.observer = flow.observer();
    ockam::node node{system, options};
    parts_->node = &node;
    const signal_watch watch{parts_->app.get_name(), node, parts_->listens};
    run(node);
    return 0;
  } catch (const std::exception& failed) {
    complain(failed.what());
    return 1;
  }
}

void program::serve(const std::string& socket_address) {
  std::cout << "Listening on " + socket_address + "\n";
  flush_output();
  parts_->node->wait_for_stop_request();
}

} // namespace hello_ockam
