#pragma once

#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/flow_controls.hpp"
#include "ockam/actors/metrics.hpp"
#include "ockam/actors/transport/message_sink.hpp"
#include "ockam/actors/transport/node_services.hpp"
#include "ockam/protocol/detail/credit.hpp"
#include "ockam/protocol/detail/spin_lock.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ockam {

namespace internal {
class connection_account;
class next_hop;
class worker_record;
} // namespace internal

/// How a connection presents itself to the node.
struct connection_setup {
  std::shared_ptr<message_sink> output{};
  flow_control_id id = flow_control_id::random(); // of this connection
  std::optional<flow_control_id> spawner_id{};    // of the listener that accepted it
  std::vector<flow_control_id> consumer_of{};     // producers that may send through it
  std::string peer{};                             // for logs and observers
  std::shared_ptr<const std::string> listener{};  // that accepted it: its socket address, for logs
  ref_ptr<inbound_credit> credit{}; // what its messages hold; of this connection alone
  bool explain_drops = false;       // tells requesters at the peer why their message was dropped
};

/// The node's side of one connection: its addresses, and the way in for what it receives.
///
/// `receive`, `run`, `drop_undecodable`, `discard` and `close` are for one thread at a time, the one
/// that reads. The rest is thread-safe, also beside `close` and after it. Destruction closes.
class OCKAM_ACTORS_EXPORT connection_port {
public:
  connection_port();
  connection_port(connection_port&& other) noexcept;
  connection_port& operator=(connection_port&& other) noexcept;
  ~connection_port();

  /// Registers a sender and a receiver address, the flow control entries,
  /// and a CAF actor for the sender. errc::shutting_down when the node is stopping.
  [[nodiscard]] static result<connection_port> open(node_ptr node, connection_setup setup);

  [[nodiscard]] const address& sender_address() const noexcept;
  [[nodiscard]] const address& receiver_address() const noexcept;
  [[nodiscard]] const flow_control_id& id() const noexcept { return id_; }
  [[nodiscard]] const std::string& peer() const noexcept { return peer_; }
  [[nodiscard]] const node_ptr& node() const noexcept { return node_; }

  /// The peer and the listener that accepted it, escaped.
  [[nodiscard]] std::string peer_for_logs() const;

  /// Hands a message from the wire to the node: puts the sender address in front of the return
  /// route, resolves the first onward address, asks flow control, enqueues. A message
  /// without an onward route is a heartbeat and ends here.
  void receive(message content, execution_context* context);

  /// Accounts for bytes from the wire that are no message, or one above the limits
  /// (`exceeds_limits`), where reading goes on behind them.
  void drop_undecodable(const error& why);

  /// Accounts for `count` messages, or pieces of them, that came and that nobody will get. For the
  /// thread that delivers.
  void discard(drop_reason reason, std::uint64_t count = 1) noexcept;

  /// Messages that are delivered during its life came together: one address is looked up once for
  /// all.
  class run {
  public:
    explicit run(connection_port& port) : port_{port} { port_.begin_run(); }
    ~run() { port_.end_run(); }
    run(const run&) = delete;
    run& operator=(const run&) = delete;

  private:
    connection_port& port_;
  };

  /// Whether somebody watches what goes on the wire.
  [[nodiscard]] bool observed() const noexcept;

  /// Passes a message to the observer as the peer receives it: without the first `skip_hops` onward
  /// addresses, of which one is the connection's own.
  void note_write(const message& content, std::size_t skip_hops = 1) const;

  /// Adds what was counted for this connection.
  void add_to(connection_metrics& sum) const noexcept;

  /// Accounts for messages that `push` took over: written, or lost for a reason.
  void count_written(std::uint64_t messages) const noexcept;
  void count_dropped(drop_reason reason, std::uint64_t messages) const noexcept;

  /// Removes the addresses: the connection is unknown from now on, and senders learn that it is
  /// closed, with the cause. Repeated calls do nothing.
  void close(const std::optional<error>& cause = {}) noexcept;

private:
  void begin_run();
  void end_run() noexcept;
  void count_received(std::uint64_t messages) noexcept;

  node_ptr node_;
  ref_ptr<internal::worker_record> record_; // gone once closed; the addresses stay readable
  mutable internal::spin_lock in_use_;      // `record_`, by `close` or by a writer
  address sender_;
  address receiver_;
  flow_control_id id_{std::string{}};
  std::string peer_;
  std::shared_ptr<const std::string> listener_;
  ref_ptr<internal::connection_account> account_;
  std::unique_ptr<internal::next_hop> hop_; // of the run, while there is one
};

/// What a send to a connection that has ended, or a request through it, ends with.
[[nodiscard]] OCKAM_ACTORS_EXPORT error connection_closed(std::string_view peer,
                                                          const std::optional<error>& cause);

} // namespace ockam
