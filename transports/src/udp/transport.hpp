#pragma once

#include "binding.hpp"

#include "ockam/protocol/host_port.hpp"
#include "ockam/transports/io/io_thread.hpp"
#include "ockam/transports/transport/basic_io_threads.hpp"
#include "ockam/transports/udp.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ockam::udp::detail {

/// The bindings of one node.
class transport_impl final : public sdk::connecting_transport {
public:
  using binding_ptr = std::shared_ptr<udp_binding>;

  transport_impl(node_ptr node, const transport_options& options);
  void start() { threads_.start(); }
  void stop() override;

  [[nodiscard]] std::uint8_t type() const noexcept override { return transport_type::udp; }

  result<binding_ptr> bind(std::string_view at, bind_options options);
  [[nodiscard]] bind_options fresh_bind_options() const;
  [[nodiscard]] std::vector<binding> bindings() const;

private:
  using on_bound = std::function<void(result<binding_ptr>)>;

  [[nodiscard]] bool is_own_thread() const noexcept override { return threads_.is_this_thread(); }
  void connect_to(std::string_view peer, on_connected done,
                  std::optional<std::chrono::milliseconds> idle_timeout) override;

  void bind_to_peer(const std::optional<host_port>& at, bind_options options, on_bound done);
  result<binding_ptr> bind_now(const std::optional<host_port>& at, const bind_options& options,
                               std::optional<endpoint> peer,
                               std::shared_ptr<sdk::io_thread> thread);

  const bind_options defaults_;
  const ref_ptr<memory_budget> in_reassembly_;
  sdk::basic_io_threads<sdk::asio_net> threads_;
};

} // namespace ockam::udp::detail
