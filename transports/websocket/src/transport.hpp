#pragma once

#include "connection.hpp"
#include "connector.hpp"
#include "listener.hpp"

#include "transport_base.hpp"

#include "ockam/transports/websocket.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace ockam::websocket::detail {

/// The connections and listeners of one transport, and the threads that serve them.
class transport_impl final : public internal::transport_base {
public:
  transport_impl(node_ptr node, transport_options options);
  void start();

  // -- ockam::transport ----------------------------------------------------------------------------

  [[nodiscard]] std::uint8_t type() const noexcept override { return transport_type::websocket; }
  result<address> resolve(const address& remote) override;
  void stop() override;

  // -- calls of the handle -------------------------------------------------------------------------

  result<listener> listen(std::string_view at, listen_options options);
  void connect(std::string_view peer, connect_options options,
               std::function<void(result<connection>)> done);
  result<connection> connect_and_wait(std::string_view peer, connect_options options);
  [[nodiscard]] connect_options fresh_connect_options() const;
  [[nodiscard]] listen_options fresh_listen_options() const;

private:
  using link_ptr = std::shared_ptr<websocket_connection>;

  [[nodiscard]] std::shared_ptr<transport_impl> self() {
    return std::static_pointer_cast<transport_impl>(shared_from_this());
  }

  std::shared_ptr<io_thread> next_thread();
  bool add_attempt(const std::shared_ptr<connector>& attempt);
  result<link_ptr> take_on(std::shared_ptr<stream> over, internal::link::setup setup,
                           const keepalive_options& keepalive, std::shared_ptr<io_thread> thread);
  void on_accepted(const listen_options& options, std::shared_ptr<stream> over, std::string peer,
                   std::shared_ptr<io_thread> thread);

  const transport_options defaults_;
  std::vector<std::shared_ptr<io_thread>> threads_;
  std::atomic<std::size_t> next_thread_{0};
  std::mutex attempts_mutex_;
  std::vector<std::weak_ptr<connector>> attempts_; // connecting now; ended ones go with the next
  std::atomic<bool> stopping_{false};
};

} // namespace ockam::websocket::detail
