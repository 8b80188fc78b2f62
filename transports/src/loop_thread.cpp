#include "loop_thread.hpp"

#include "blocking.hpp"
#include "node_log.hpp"

#include <system_error>
#include <utility>

namespace ockam::internal {

namespace {

/// How long a handler may keep a loop that has to end.
constexpr std::chrono::seconds longest_handler{5};

} // namespace

/// The thread may be the one that lets go of its loop last, and is not waited for without a limit.
loop_thread::~loop_thread() {
  if (thread_.joinable())
    thread_.detach();
}

void loop_thread::start(std::function<void()> run) {
  std::promise<void> ended;
  ended_ = ended.get_future();
  try {
    thread_ = std::thread{[run = std::move(run), ended = std::move(ended)]() mutable {
      const no_blocking here;
      run();
      ended.set_value();
    }};
  } catch (const std::system_error& failed) {
    throw failure{error{failed.code(), "starting an I/O thread; raise the limit of threads "
                                       "(ulimit -u, or that of the container)"}};
  }
}

bool loop_thread::stop(std::chrono::milliseconds grace, const std::function<void()>& force,
                       const node_log& log) {
  if (!thread_.joinable())
    return false;
  if (ended_.wait_for(grace) != std::future_status::ready) {
    force();
    if (ended_.wait_for(longest_handler) != std::future_status::ready) {
      thread_.detach();
      log.say(log_level::warning,
              "an I/O thread is left behind: a handler or an observer does not return");
      return true;
    }
  }
  thread_.join();
  return true;
}

} // namespace ockam::internal
