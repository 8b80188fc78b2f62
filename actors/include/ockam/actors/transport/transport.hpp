#pragma once

#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/transport/node_services.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace ockam {

/// A way to reach other nodes, as the node sees it (docs/transports.md).
class OCKAM_ACTORS_EXPORT transport {
public:
  virtual ~transport() = default;

  /// The address type it resolves, see `transport_type`.
  [[nodiscard]] virtual std::uint8_t type() const noexcept = 0;

  /// A connection for a transport address such as `1#localhost:4000`: its sender address. Blocks.
  [[nodiscard]] virtual result<address> resolve(const address& remote) = 0;

  /// As `resolve`, for the option `implicit_connections`: does not block, and uses one connection for
  /// all messages to that address. `ready` is called once, at once or on a thread of the transport,
  /// in the order of the calls.
  virtual void resolve_implicitly(const address& remote,
                                  std::function<void(result<address>)> ready);

  /// Releases everything; returns when no thread of the transport runs any more.
  virtual void stop() = 0;
};

/// Makes the node know a transport: it resolves addresses of its type from now on, in place of an
/// earlier one of that type, and is stopped with the node, after the workers.
OCKAM_ACTORS_EXPORT result<void> attach_transport(const node_ptr& node,
                                                  std::shared_ptr<transport> what);

/// All transports of a node, in the order in which they were attached; none when it has stopped.
[[nodiscard]] OCKAM_ACTORS_EXPORT std::vector<std::shared_ptr<transport>> attached_transports(
  const node_ptr& node);

} // namespace ockam
