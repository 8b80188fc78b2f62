#include "ockam/transports/engine/carrier.hpp"

#include "ockam/transports/engine/connection_engine.hpp"

namespace ockam::internal {

void carrier::on_ready::operator()(const result<void>& outcome) const {
  const auto engine = engine_.lock();
  if (engine && engine->carrier_ && engine->stream_ == stream_)
    engine->on_ready(direction_, outcome);
}

result<inbox::state> carrier::decode(inbox& from, execution_context* context, std::size_t max) {
  return from.decode(connection_->port(), context, max);
}

} // namespace ockam::internal
