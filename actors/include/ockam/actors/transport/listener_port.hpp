#pragma once

#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/flow_controls.hpp"
#include "ockam/actors/transport/node_services.hpp"
#include "ockam/protocol/detail/ref_counted.hpp"

#include <functional>

namespace ockam {

namespace internal {
class worker_record;
} // namespace internal

/// The node's side of one listener: its address, which admits nothing, and its flow control entry.
class OCKAM_ACTORS_EXPORT listener_port {
public:
  listener_port();
  listener_port(listener_port&& other) noexcept;
  listener_port& operator=(listener_port&& other) noexcept;
  ~listener_port();

  /// Registers an address and makes it a spawner with this id. `on_stop` is called when
  /// the address is stopped by `stop_worker`.
  [[nodiscard]] static result<listener_port> open(node_ptr node, const flow_control_id& id,
                                                  std::function<void()> on_stop);

  [[nodiscard]] const ockam::address& address() const noexcept;
  void close() noexcept;

private:
  node_ptr node_;
  ref_ptr<internal::worker_record> record_;
};

} // namespace ockam
