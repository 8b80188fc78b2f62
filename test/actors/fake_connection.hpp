#pragma once

#include "ockam/actors/transport_port.hpp"

#include "test_node.hpp"

namespace ockam::test {

/// The node's side of a connection whose wire is the test: what the node writes is kept, what
/// `deliver` is given has arrived.
class fake_connection final : public message_sink,
                              public std::enable_shared_from_this<fake_connection> {
public:
  static std::shared_ptr<fake_connection> open(ockam::node& node, connection_setup setup = {}) {
    const auto made = std::make_shared<fake_connection>();
    setup.output = made;
    made->port_ = connection_port::open(node.state(), std::move(setup)).value();
    return made;
  }

  [[nodiscard]] const address& sender() const { return port_.sender_address(); }
  [[nodiscard]] const address& receiver() const { return port_.receiver_address(); }
  [[nodiscard]] const flow_control_id& id() const { return port_.id(); }

  /// A message from the peer, with the routes as they are on the wire.
  void deliver(const route& onward, const route& back, const std::string& body = "from outside") {
    port_.deliver(message{onward, back, encode_payload(body).value()}, nullptr);
  }

  /// The next message that left the node, with the routes as they were in it.
  std::optional<message> next_written() {
    std::optional<message> next;
    eventually([&] {
      const std::lock_guard guard{mutex_};
      if (written_.empty())
        return false;
      next = std::move(written_.front());
      written_.erase(written_.begin());
      return true;
    });
    return next;
  }

  void close_port() { port_.close(); }

  result<void> push(routed_message&& content, compat::execution_context*) override {
    content.set_handled();
    port_.count_written(1);
    const std::lock_guard guard{mutex_};
    written_.push_back(std::move(content).into_local_message());
    return {};
  }
  void close() override {}

private:
  connection_port port_;
  std::mutex mutex_;
  std::vector<message> written_;
};

} // namespace ockam::test
