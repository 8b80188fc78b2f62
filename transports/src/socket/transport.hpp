#pragma once

#include "../implicit_connections.hpp"
#include "../transport_base.hpp"
#include "connection.hpp"
#include "connector.hpp"
#include "listener.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <asio/steady_timer.hpp>

namespace ockam::internal {

/// A transport over sockets: the threads that serve its connections and listeners, and their life. What
/// is special about a family of sockets is in the transport that derives from it.
class socket_transport : public transport_base {
public:
  struct threads {
    std::size_t count = 1;
    asio::io_context* of_the_host = nullptr;
    std::chrono::microseconds poll_before_sleeping{0};
  };

  /// @param name  "TCP", for errors
  socket_transport(node_ptr node, const stream_format& format, std::string name,
                   const threads& threads);
  void start();
  void stop() override;

  result<address> resolve(const address& remote) final;
  void resolve_implicitly(const address& remote, std::function<void(result<address>)> ready) final;

protected:
  /// Called once, at once or on a thread of the transport.
  using on_connected = std::function<void(result<connection>)>;

  /// What happens to a socket before it is used, and the name of its other end.
  using on_socket = std::function<result<std::string>(stream_socket&)>;

  struct connecting {
    std::function<std::shared_ptr<connector>(const asio::any_io_executor&)> make_connector;
    on_socket prepare;
    link::setup setup; // without a peer
    std::optional<reconnect_policy> reconnect;
  };
  void connect(connecting how, on_connected done);

  /// Waits for `begin`, which is given what to call when it is done. errc::misuse on a thread that it
  /// would wait for.
  result<connection> wait_for(const std::function<void(on_connected)>& begin) const;

  /// With the defaults of the transport; `idle_timeout` when given.
  virtual void connect_to(std::string_view peer, on_connected done,
                          std::optional<std::chrono::milliseconds> idle_timeout)
    = 0;

  struct accepting {
    on_socket prepare;
    link::setup setup; // without a peer
  };
  /// @param made  of which `open` has succeeded
  void begin_listening(const std::shared_ptr<socket_listener>& made, accepting how);

  std::shared_ptr<io_thread> next_thread();
  [[nodiscard]] bool stopping() const noexcept { return stopping_; }
  [[nodiscard]] tl::unexpected<error> stopped() const;

private:
  bool add_attempt(const std::shared_ptr<connector>& attempt);
  result<std::shared_ptr<socket_connection>> take_on(
    stream_socket socket, const on_socket& prepare, link::setup setup,
    std::shared_ptr<io_thread> thread, const std::shared_ptr<socket_listener>& accepted_by,
    const std::function<void(socket_connection&)>& configure = {});
  static void make_lasting(socket_connection& made, const connecting& how);
  void on_accepted(const std::shared_ptr<socket_listener>& listener, const accepting& how,
                   stream_socket socket, std::shared_ptr<io_thread> thread);
  void watch_deadlines(std::size_t thread);
  [[nodiscard]] std::vector<std::shared_ptr<socket_connection>> sockets() const;

  [[nodiscard]] std::shared_ptr<socket_transport> self() {
    return std::static_pointer_cast<socket_transport>(shared_from_this());
  }
  [[nodiscard]] static std::shared_ptr<socket_transport> lock(
    const std::weak_ptr<transport_base>& weak) {
    return std::static_pointer_cast<socket_transport>(weak.lock());
  }

  const stream_format format_;
  const std::string name_;
  std::vector<std::shared_ptr<io_thread>> threads_;
  std::vector<std::unique_ptr<asio::steady_timer>> ticks_; // one a thread
  std::atomic<std::size_t> next_thread_{0};
  implicit_connections implicit_;
  std::mutex attempts_mutex_;
  std::vector<std::weak_ptr<connector>> attempts_; // connecting now; ended ones go with the next
  std::atomic<bool> stopping_{false};
};

/// Throws `failure` with errc::misuse or errc::invalid_value for options that contradict each other.
void check(const socket_transport::threads& options);

} // namespace ockam::internal
