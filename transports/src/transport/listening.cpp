#include "ockam/transports/transport/listening.hpp"

#include "ockam/protocol/text.hpp"

namespace ockam::internal {

result<void> listening::open_port(const node_ptr& node, std::string socket_address) {
  auto port = listener_port::open(node, id_, [weak = weak_from_this()] {
    if (const auto me = weak.lock())
      me->stop();
  });
  if (!port)
    return fail(std::move(port.error()));
  node_ = node;
  port_ = std::move(*port);
  address_ = port_.address();
  socket_address_ = std::make_shared<const std::string>(std::move(socket_address));
  return {};
}

void listening::report_full(std::size_t connections) const {
  node_->log().report(log_level::warning, [&] {
    return "listener " + escaped(socket_address()) + " has " + std::to_string(connections)
           + " connections (max-connections); accepting pauses";
  });
}

void listening::report_not_accepted(const std::string& why, std::chrono::milliseconds pause) const {
  node_->log().report(log_level::warning, [&] {
    return "listener " + escaped(socket_address()) + " could not accept a connection: " + why
           + "; trying again in " + std::to_string(pause.count()) + " ms";
  });
}

} // namespace ockam::internal

namespace ockam {

listener::listener(std::shared_ptr<internal::listening> impl) : impl_{std::move(impl)} {}

const address& listener::address() const noexcept {
  return impl_->address();
}

const std::string& listener::socket_address() const noexcept {
  return impl_->socket_address();
}

const flow_control_id& listener::flow_control_id() const noexcept {
  return impl_->flow_control_id();
}

result<void> listener::try_stop() const {
  return impl_->node()->stop_worker(impl_->address());
}

} // namespace ockam
