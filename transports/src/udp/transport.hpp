#pragma once

#include "../implicit_connections.hpp"
#include "../io_thread.hpp"
#include "../registry.hpp"
#include "binding.hpp"
#include "lookup.hpp"

#include "ockam/actors/transport_port.hpp"
#include "ockam/protocol/host_port.hpp"
#include "ockam/transports/udp.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <asio/steady_timer.hpp>

namespace ockam::udp::detail {

/// The bindings of one transport, and the threads that serve them.
class transport_impl final : public ockam::transport,
                             public std::enable_shared_from_this<transport_impl> {
public:
  using binding_ptr = std::shared_ptr<udp_binding>;
  using on_bound = std::function<void(result<binding_ptr>)>;

  transport_impl(std::shared_ptr<internal::node_state> node, const transport_options& options);
  void start();

  // -- ockam::transport ----------------------------------------------------------------------------

  [[nodiscard]] std::uint8_t type() const noexcept override { return transport_type::udp; }
  result<address> resolve(const address& remote) override;
  void resolve_implicitly(const address& remote,
                          std::function<void(result<address>)> ready) override;
  void stop() override;

  // -- calls of the handle -------------------------------------------------------------------------

  result<binding_ptr> bind_and_wait(std::optional<std::string> at, bind_options options);
  result<void> disconnect(const address& any);
  [[nodiscard]] bind_options fresh_bind_options() const;
  [[nodiscard]] const auto& bindings() const noexcept { return bindings_; }

private:
  void bind(std::optional<std::string> at, bind_options options, on_bound done);
  result<binding_ptr> bind_now(const std::optional<host_port>& at, bind_options options,
                               std::optional<endpoint> peer,
                               std::shared_ptr<internal::io_thread> thread);
  std::shared_ptr<internal::io_thread> next_thread();
  bool add_lookup(const std::shared_ptr<lookup>& asked);
  void watch_deadlines(std::size_t thread);

  const std::shared_ptr<internal::node_state> node_;
  const bind_options defaults_;
  const ref_ptr<memory_budget> in_reassembly_;
  std::vector<std::shared_ptr<internal::io_thread>> threads_;
  std::vector<std::unique_ptr<asio::steady_timer>> ticks_; // one a thread
  std::atomic<std::size_t> next_thread_{0};

  internal::registry<udp_binding> bindings_; // by sender address
  internal::implicit_connections implicit_;
  std::mutex lookups_mutex_;
  std::vector<std::weak_ptr<lookup>> lookups_; // under way
  std::atomic<bool> stopping_{false};
};

} // namespace ockam::udp::detail
