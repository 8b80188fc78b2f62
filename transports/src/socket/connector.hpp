#pragma once

#include "../cancellable.hpp"
#include "stream_socket.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

namespace ockam::internal {

/// Connects once: finds the endpoints of a peer, tries each in turn within one time limit, and begins
/// again as long as `retry_for` says.
class connector : public cancellable, public std::enable_shared_from_this<connector> {
public:
  using on_done = std::function<void(result<stream_socket>)>;

  struct patience {
    std::chrono::milliseconds connect_timeout;
    std::chrono::milliseconds retry_for;
  };

  /// @param peer  as it is named in errors
  connector(const asio::any_io_executor& executor, std::string peer, patience patience);

  /// `done` is called once, on the thread of the executor.
  /// @param pause  before the first attempt
  void start(on_done done, std::chrono::milliseconds pause = {});

  void cancel() override;

protected:
  /// Leads to `found`, `finish` or `attempt_failed`, now or later.
  virtual void find() = 0;
  virtual void stop_finding() = 0;

  /// What to try when the time is over.
  [[nodiscard]] virtual std::string_view advice_when_late() const = 0;

  /// A failure to connect to one of the endpoints that were found, in words.
  [[nodiscard]] virtual error failure(std::error_code code, const stream_endpoint& where) const;

  /// @param endpoints  to be tried in this order
  void found(std::vector<stream_endpoint> endpoints);
  void attempt_failed(error why);
  void finish(result<stream_socket> outcome);

  [[nodiscard]] bool trying() const noexcept { return trying_; }
  [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }

private:
  void attempt();
  void attempt_after(std::chrono::milliseconds pause);
  void try_next();

  const asio::any_io_executor executor_;
  const std::string peer_;
  const std::chrono::milliseconds timeout_;
  const std::chrono::milliseconds retry_for_;
  std::chrono::steady_clock::time_point retry_until_{};
  stream_socket socket_;
  asio::steady_timer limit_;
  std::vector<stream_endpoint> left_; // in reverse order
  error last_failure_;
  std::chrono::milliseconds back_off_{50};
  bool trying_ = false;
  on_done done_;
};

} // namespace ockam::internal
