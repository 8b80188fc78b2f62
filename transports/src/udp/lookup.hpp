#pragma once

#include "ockam/protocol/result.hpp"
#include "ockam/transports/io/cancellable.hpp"
#include "ockam/transports/io/name_lookup.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/ip/address.hpp>
#include <asio/steady_timer.hpp>

namespace ockam::udp::detail {

/// Looks the name of a host up, once, within a time limit.
class lookup final : public sdk::cancellable, public std::enable_shared_from_this<lookup> {
public:
  using outcome = result<std::vector<asio::ip::address>>; // never empty
  using on_done = std::function<void(outcome)>;

  lookup(const asio::any_io_executor& executor, std::string host,
         std::chrono::milliseconds timeout);

  /// `done` is called once, on the thread of the executor.
  void start(on_done done);

  void cancel() override;

private:
  void looked_up(const sdk::found_addresses& found);
  void finish(outcome found);

  const asio::any_io_executor executor_;
  const std::string host_;
  const std::chrono::milliseconds timeout_;
  sdk::name_lookup asked_;
  asio::steady_timer limit_;
  on_done done_;
};

/// The one that a socket can reach: its own family first, IPv4 through an IPv6 socket otherwise.
std::optional<asio::ip::address> choose_host(const std::vector<asio::ip::address>& found,
                                             bool socket_is_v6);

} // namespace ockam::udp::detail
