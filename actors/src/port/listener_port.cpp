#include "ockam/actors/transport/listener_port.hpp"

#include "node/node_state.hpp"

#include "ockam/actors/transport/message_sink.hpp"

#include <utility>

namespace ockam {

listener_port::listener_port() = default;
listener_port::listener_port(listener_port&& other) noexcept = default;

listener_port& listener_port::operator=(listener_port&& other) noexcept {
  if (this != &other) {
    close();
    node_ = std::move(other.node_);
    record_ = std::move(other.record_);
  }
  return *this;
}

listener_port::~listener_port() {
  close();
}

namespace {

/// Notifies a listener that its address was stopped; it has no messages.
class stop_notice final : public message_sink {
public:
  explicit stop_notice(std::function<void()> on_stop) : on_stop_{std::move(on_stop)} {}
  result<void> push(routed_message&, execution_context*) override {
    return fail(errc::not_found, "a listener takes no messages");
  }
  void close() override {
    if (on_stop_)
      on_stop_();
  }

private:
  const std::function<void()> on_stop_;
};

} // namespace

result<listener_port> listener_port::open(node_ptr services, const flow_control_id& id,
                                          std::function<void()> on_stop) {
  auto& node = internal::state_of(*services);
  if (auto allowed = node.check_process(); !allowed)
    return fail(std::move(allowed.error()));
  mailbox_options box{
    .address = ockam::address::random(), .incoming = deny_all(), .outgoing = deny_all()};
  const auto own = box.address;
  auto record = make_ref<internal::worker_record>(mailboxes{std::move(box)},
                                                  internal::record_kind::none, node.counters);
  record->sink = std::make_shared<stop_notice>(std::move(on_stop));
  record->set_ready({});
  node.flows->add_spawner(own, id);
  if (auto inserted = node.table.insert(record); !inserted) {
    node.flows->clean_up(own);
    return fail(std::move(inserted.error()));
  }
  listener_port port;
  port.node_ = std::move(services);
  port.record_ = std::move(record);
  return port;
}

const address& listener_port::address() const noexcept {
  return record_->primary();
}

void listener_port::close() noexcept {
  if (!record_)
    return;
  internal::state_of(*node_).remove(*record_);
  record_ = {};
}

} // namespace ockam
