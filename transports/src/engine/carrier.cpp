#include "ockam/transports/engine/carrier.hpp"

#include "ockam/transports/engine/connection_engine.hpp"

namespace ockam::sdk {

std::shared_ptr<connection_engine> carrier::on_ready::waiting() const noexcept {
  auto engine = engine_.lock();
  return engine && engine->carrier_ && engine->carrier_number_ == carrier_ ? std::move(engine)
                                                                           : nullptr;
}

bool carrier::on_ready::is_current() const noexcept {
  return waiting() != nullptr;
}

void carrier::on_ready::operator()(const result<void>& outcome) const {
  if (const auto engine = waiting())
    engine->on_ready(direction_, outcome);
}

result<inbox::state> carrier::decode(inbox& from, execution_context* context, std::size_t max) {
  return from.decode(connection_->port(), context, max);
}

} // namespace ockam::sdk
