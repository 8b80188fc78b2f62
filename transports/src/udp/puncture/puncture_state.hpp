#pragma once

#include "udp/binding.hpp"

#include "ockam/actors/transport/connection_port.hpp"
#include "ockam/transports/puncture.hpp"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

namespace ockam::udp::detail {

/// What the worker of a puncture shares with handles and senders: where messages go, how
/// far it is, and how it ended. Thread-safe.
class puncture_state final : public message_sink,
                             public std::enable_shared_from_this<puncture_state> {
public:
  puncture_state(node_ptr node, puncture_options options);

  /// Before the first message.
  void set_up(std::shared_ptr<udp_binding> socket, const connection_port& port);

  // -- message_sink --------------------------------------------------------------------------------

  result<void> push(routed_message& content, execution_context* context) override;
  void close() override;

  // -- for the worker ------------------------------------------------------------------------------

  /// Once, before anything is heard.
  void set_peer(const std::string& public_address, const address& puncture);

  /// Something came from the other end: it can be reached, most likely.
  void hear() noexcept { heard_.store(true, std::memory_order_release); }
  void open();

  /// What will be told as the reason of the end; the first one counts.
  void set_cause(error why);
  void end();

  // -- for handles ---------------------------------------------------------------------------------

  [[nodiscard]] const puncture_options& options() const noexcept { return options_; }
  [[nodiscard]] const address& worker() const noexcept { return worker_; }
  [[nodiscard]] const address& sender() const noexcept { return sender_; }
  [[nodiscard]] const address& receiver() const noexcept { return receiver_; }
  [[nodiscard]] const udp_binding& socket() const noexcept { return *socket_; }
  [[nodiscard]] std::optional<std::string> peer() const;
  [[nodiscard]] bool is_open() const;
  [[nodiscard]] bool has_ended() const;
  result<void> wait_until_open(std::chrono::milliseconds timeout) const;
  result<void> stop();

private:
  void notify(connection_state state, std::optional<error> cause) const;

  const node_ptr node_;
  const puncture_options options_;
  const address worker_ = address::random(); // a sender that knows it is taken for the other end
  std::shared_ptr<udp_binding> socket_;
  address sender_;
  address receiver_;
  route to_peer_; // set before `heard_`
  std::atomic<bool> heard_{false};

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::optional<std::string> peer_;
  std::optional<error> cause_;
  bool open_ = false;
  bool ended_ = false;
};

/// One end asks; its listener was asked, and says back what it has.
struct initiator {
  route listener;
};
struct responder {
  negotiation theirs;
  route back;
  ockam::flow_control_id listener_id;
};
using puncture_role = std::variant<initiator, responder>;

/// Starts the worker of a puncture; see `puncture::try_start`.
result<std::shared_ptr<puncture_state>> start_puncture(sender& from, transport& over,
                                                       const route& rendezvous, puncture_role role,
                                                       puncture_options options);

} // namespace ockam::udp::detail
