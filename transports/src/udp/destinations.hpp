#pragma once

#include "datagram_socket.hpp"
#include "destination.hpp"
#include "lookup.hpp"
#include "name_cache.hpp"
#include "peer_table.hpp"

#include "ockam/protocol/message.hpp"
#include "ockam/protocol/result.hpp"
#include "ockam/transports/udp.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/any_io_executor.hpp>

namespace ockam::udp::detail {

/// Where the messages of an open binding go: the second address of each one says it. Names of hosts
/// are looked up; messages wait for that, in order. `choose` is thread-safe, the rest is for the
/// thread of the executor.
class destinations {
public:
  using clock = std::chrono::steady_clock;

  /// @param socket  open before the first call
  /// @param peers   limits what each peer may be sent
  destinations(asio::any_io_executor executor, const datagram_socket& socket, peer_table& peers,
               const bind_options& options);

  struct choice {
    ref_ptr<destination> known{}; ///< otherwise the message was moved and waits for its name
    std::optional<std::string> look_up{}; ///< this name: nothing looks it up yet
  };

  /// Any thread. A refused message is not changed.
  /// - errc::invalid_value       no UDP address, port 0, or IPv6 in an IPv4 socket
  /// - errc::access_denied       a message from another node, for a name or a stranger
  /// - errc::resource_exhausted  as of `peer_table::admit` and `name_cache::find`
  /// - errc::not_found           closed
  result<choice> choose(message& content, clock::time_point now);

  /// `done` is called once, unless this is closed before: with what `found` takes.
  void look_up(const std::string& host, lookup::on_done done);

  using send_function = std::function<void(message& content, result<ref_ptr<destination>> to)>;

  /// Hands each message that waits for `host` to `send`, also those that come meanwhile, with its
  /// destination or the reason that it has none.
  /// - what the lookup failed with, or errc::not_found  `send` was not called; `failed` comes next
  result<void> found(const std::string& host, const lookup::outcome& hosts, clock::time_point now,
                     const send_function& send);

  /// The name is forgotten. @returns the messages that waited for it
  std::vector<name_cache::waiting> failed(const std::string& host) { return names_.failed(host); }

  /// The end. @returns all messages that wait
  std::vector<name_cache::waiting> close();

private:
  result<choice> choose_named(const host_port& to, message& content, clock::time_point now);
  result<choice> choose_numeric(const endpoint& to, const message& content, clock::time_point now);
  result<ref_ptr<destination>> admit(const endpoint& to, const message& content,
                                     clock::time_point now);

  const asio::any_io_executor executor_;
  const datagram_socket& socket_;
  peer_table& peers_;
  const datagram_format format_;
  const std::size_t datagram_size_;
  const std::chrono::milliseconds timeout_;
  name_cache names_;
  std::vector<std::weak_ptr<lookup>> lookups_;
};

} // namespace ockam::udp::detail
