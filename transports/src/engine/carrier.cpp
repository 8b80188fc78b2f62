#include "ockam/transports/engine/carrier.hpp"

#include "ockam/transports/engine/connection_engine.hpp"

namespace ockam::internal {

bool carrier::on_ready::is_current() const noexcept {
  const auto engine = engine_.lock();
  return engine && engine->carrier_ && engine->carrier_number_ == carrier_;
}

void carrier::on_ready::operator()(const result<void>& outcome) const {
  if (is_current())
    engine_.lock()->on_ready(direction_, outcome);
}

result<inbox::state> carrier::decode(inbox& from, execution_context* context, std::size_t max) {
  return from.decode(connection_->port(), context, max);
}

} // namespace ockam::internal
