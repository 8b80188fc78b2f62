#pragma once

#include "test_node.hpp"

#include "ockam/actors/transport/connection_port.hpp"

namespace ockam::test {

/// A connection whose wire is the test: what the node writes is kept, what `deliver` is given has
/// arrived.
class fake_connection {
public:
  explicit fake_connection(ockam::node& node, connection_setup setup = {}) : credit_{setup.credit} {
    setup.output = wire_;
    port_ = connection_port::open(node.services(), std::move(setup)).value();
    wire_->port = &port_;
  }
  fake_connection(const fake_connection&) = delete;
  fake_connection& operator=(const fake_connection&) = delete;

  [[nodiscard]] const address& sender() const { return port_.sender_address(); }
  [[nodiscard]] const address& receiver() const { return port_.receiver_address(); }
  [[nodiscard]] const flow_control_id& id() const { return port_.id(); }

  /// A message from the peer, with the routes as they are on the wire.
  /// @param credit  pays for it; by default that of the set-up
  void deliver(const route& onward, const route& back, const std::string& body = "from outside",
               const ref_ptr<inbound_credit>& credit = {}) {
    message content{onward, back, encode_payload(body).value()};
    if (const auto& pays = credit ? credit : credit_)
      content.hold(pays, body.size());
    port_.receive(std::move(content), nullptr);
  }

  /// The next message that left the node, with the routes as they were in it.
  std::optional<message> next_written() {
    std::optional<message> next;
    eventually([&] {
      const std::lock_guard guard{wire_->mutex};
      if (wire_->written.empty())
        return false;
      next = std::move(wire_->written.front());
      wire_->written.erase(wire_->written.begin());
      return true;
    });
    return next;
  }

  void close() { port_.close(); }

private:
  struct wire final : message_sink {
    result<void> push(routed_message& content, compat::execution_context*) override {
      port->count_written(1);
      auto taken = std::move(content.local_message());
      taken.occupy(credit_use::output); // until the test has taken it
      const std::lock_guard guard{mutex};
      written.push_back(std::move(taken));
      return {};
    }
    void close() override {}

    const connection_port* port = nullptr;
    std::mutex mutex;
    std::vector<message> written;
  };

  const ref_ptr<inbound_credit> credit_;
  std::shared_ptr<wire> wire_ = std::make_shared<wire>();
  connection_port port_;
};

} // namespace ockam::test
