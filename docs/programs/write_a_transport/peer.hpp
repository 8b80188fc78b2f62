#pragma once

#include "ockam/actors/transport/connection_port.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

namespace datagrams {

/// Counts received messages that are not handled yet, and wakes the thread that reads.
class credit final : public ockam::inbound_credit {
public:
  credit();
  ~credit() override;

  void take(std::size_t) noexcept override { ++messages_; }
  void give_back(std::size_t) noexcept override {
    if (messages_-- == max_messages)
      wake();
  }
  [[nodiscard]] bool exhausted() const noexcept { return messages_ >= max_messages; }

  void wake() const noexcept;
  void has_woken() const noexcept;
  [[nodiscard]] int descriptor() const noexcept { return event_; } ///< readable when woken

private:
  static constexpr std::size_t max_messages = 256;
  std::atomic<std::size_t> messages_{0};
  int event_;
};

/// The way to one other socket.
class peer final : public ockam::message_sink {
public:
  peer(int socket, std::uint16_t port, ockam::ref_ptr<credit> credit)
    : socket_{socket}, port_{port}, credit_{std::move(credit)} {}

  /// Makes the node know `self`: from now on messages can go and come.
  static ockam::result<void> open(const std::shared_ptr<peer>& self, const ockam::node_ptr& node,
                                  std::optional<ockam::flow_control_id> spawner_id);

  [[nodiscard]] const ockam::address& address() const noexcept {
    return connection_.sender_address();
  }

  // -- out: any thread ----------------------------------------------------------------------------

  ockam::result<void> push(ockam::routed_message& content,
                           ockam::execution_context* context) override;
  void close() override;

  // -- in, and the end: the thread that reads -----------------------------------------------------

  void deliver(const ockam::shared_bytes& datagram);
  [[nodiscard]] bool closing() const noexcept { return closing_; }
  void end();

private:
  const int socket_;
  const std::uint16_t port_;
  const ockam::ref_ptr<credit> credit_;
  ockam::connection_port connection_;
  std::mutex mutex_; // no `push` while the connection ends
  bool ended_ = false;
  std::atomic<bool> closing_{false};
};

} // namespace datagrams
