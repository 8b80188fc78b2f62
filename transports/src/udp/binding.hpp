#pragma once

#include "datagram_socket.hpp"
#include "destinations.hpp"
#include "peer_table.hpp"

#include "ockam/actors/transport/log.hpp"
#include "ockam/transports/engine/addressing.hpp"
#include "ockam/transports/engine/connection_engine.hpp"
#include "ockam/transports/udp.hpp"

#include <memory>
#include <optional>
#include <string>

namespace ockam::udp::detail {

/// A bound UDP socket and its peers: the destination of each message, and how much each peer may be
/// sent. Its engine, which owns it, moves the datagrams with a `datagram_carrier`.
class udp_binding final : public sdk::addressing {
public:
  /// @param peer           of a tied binding
  /// @param in_reassembly  memory of the unfinished messages of all bindings
  udp_binding(const asio::any_io_executor& executor, const bind_options& options,
              std::optional<endpoint> peer, const ref_ptr<memory_budget>& in_reassembly);

  /// Takes the port; once, before everything else.
  result<void> open(const endpoint& at);

  /// Names its engine, which owns it: it exists whenever a function of this runs. Before messages come.
  void attach(const std::shared_ptr<sdk::connection_engine>& engine) noexcept {
    engine_ = engine.get();
    weak_engine_ = engine;
  }

  [[nodiscard]] sdk::connection_engine& engine() const noexcept { return *engine_; }
  [[nodiscard]] const endpoint& local() const noexcept { return local_; }
  [[nodiscard]] const std::string& socket_address() const noexcept { return socket_address_; }
  [[nodiscard]] const std::optional<endpoint>& tied_to() const noexcept { return tied_to_; }

  /// The same as the socket needs it, see `datagram_socket::as_peer`.
  [[nodiscard]] const endpoint& reachable_peer() const noexcept { return reachable_peer_; }

  result<choice> choose(message& content) override;

  // -- on the thread of the loop -------------------------------------------------------------------

  [[nodiscard]] datagram_socket& socket() noexcept { return socket_; }
  [[nodiscard]] peer_table& peers() noexcept { return peers_; }

  /// A log line that peers can cause.
  template <class MakeText>
  void warn(const MakeText& make) {
    engine_->log().report(log_lines_, log_level::warning, make);
  }

  /// Counts queued messages as lost, and frees the port.
  void close(const std::optional<error>& cause);

private:
  template <class Call>
  [[nodiscard]] auto while_open(Call call) const;
  void look_up(const std::string& host);
  void looked_up(const std::string& host, const lookup::outcome& found);

  const std::optional<endpoint> tied_to_;
  sdk::connection_engine* engine_ = nullptr;
  std::weak_ptr<sdk::connection_engine> weak_engine_; // for posted functions
  endpoint reachable_peer_;
  endpoint local_;
  std::string socket_address_;
  datagram_socket socket_;
  peer_table peers_;
  destinations destinations_;
  log_limit log_lines_;
};

} // namespace ockam::udp::detail
