#include "ockam/actors/transport/transport.hpp"

#include "node/node_state.hpp"

#include "ockam/protocol/text.hpp"

#include <utility>

namespace ockam {

void transport::resolve_implicitly(const address& remote,
                                   std::function<void(result<address>)> ready) {
  ready(fail(errc::unsupported, escaped(to_string(remote)) + " cannot be connected implicitly"));
}

result<void> attach_transport(const node_ptr& node, std::shared_ptr<transport> what) {
  return internal::state_of(*node).attach(std::move(what));
}

std::vector<std::shared_ptr<transport>> attached_transports(const node_ptr& node) {
  return internal::state_of(*node).attached_transports();
}

} // namespace ockam
