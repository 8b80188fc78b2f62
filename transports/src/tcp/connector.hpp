#pragma once

#include "ockam/protocol/host_port.hpp"
#include "ockam/transports/tcp.hpp"

#include <functional>
#include <memory>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

namespace ockam::tcp::detail {

/// Connects once: resolves, tries every address in turn within one time limit, and begins again as
/// long as `retry_for` says.
class connector final : public std::enable_shared_from_this<connector> {
public:
  using on_done = std::function<void(result<asio::ip::tcp::socket>)>;

  connector(const asio::any_io_executor& executor, host_port peer, const connect_options& options);

  /// `done` is called once, on the thread of the executor.
  void start(on_done done);

  /// Gives up. Any thread.
  void cancel();

private:
  void attempt();
  void attempt_failed(error why);
  void resolve();
  void try_next();
  void finish(result<asio::ip::tcp::socket> outcome);

  const host_port peer_;
  const std::chrono::milliseconds timeout_;
  const std::chrono::steady_clock::time_point retry_until_;
  const family prefer_;
  const asio::any_io_executor executor_;
  asio::ip::tcp::resolver resolver_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer limit_;
  std::vector<asio::ip::tcp::endpoint> left_; // in reverse order
  error last_failure_;
  std::chrono::milliseconds back_off_{50};
  bool trying_ = false;
  on_done done_;
};

} // namespace ockam::tcp::detail
