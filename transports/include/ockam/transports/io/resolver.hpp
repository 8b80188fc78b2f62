#pragma once

#include "ockam/protocol/host_port.hpp"
#include "ockam/protocol/result.hpp"
#include "ockam/transports/io/name_lookup.hpp"
#include "ockam/transports/io/numeric_endpoint.hpp"

#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace ockam::internal {

/// Finds the endpoints of a host: at once where it is numeric, by its name otherwise. On one I/O thread.
///
/// @tparam Net  the types of an event-loop library, see `asio_net`
template <class Net>
class resolver {
public:
  using endpoint = typename Net::tcp::endpoint;
  using outcome = result<std::vector<endpoint>>; // in the order of the resolver; never empty
  using on_done = std::function<void(outcome)>;

  resolver(typename Net::any_executor executor, host_port host)
    : executor_{std::move(executor)}, host_{std::move(host)} {}

  [[nodiscard]] const host_port& host() const noexcept { return host_; }

  /// `done` is called once, on the thread of the executor, unless `cancel` is called before.
  void start(on_done done);

  void cancel() noexcept {
    lookup_.cancel();
    requester_ = nullptr;
  }

  /// What to try when the time for connecting is over.
  [[nodiscard]] std::string_view advice_when_late() const noexcept {
    return requester_ && *requester_
             ? "the name is still being looked up: check the resolver of this "
               "machine, or use an IP address"
             : "check host, port and firewall";
  }

private:
  static outcome endpoints(const found_addresses& found, std::uint16_t port);

  const typename Net::any_executor executor_;
  const host_port host_;
  name_lookup lookup_;
  std::shared_ptr<on_done> requester_; // for answers that come after `cancel`
};

template <class Net>
void resolver<Net>::start(on_done done) {
  if (host_.numeric())
    return done(numeric_endpoint<endpoint>(host_).map(
      [](const endpoint& where) { return std::vector{where}; }));
  requester_ = std::make_shared<on_done>(std::move(done));
  lookup_.start(host_.host, [weak = std::weak_ptr{requester_}, executor = executor_,
                             port = host_.port](const found_addresses& found) {
    Net::post(executor, [weak, found, port] {
      if (const auto requester = weak.lock())
        std::exchange(*requester, nullptr)(endpoints(found, port));
    });
  });
}

template <class Net>
typename resolver<Net>::outcome resolver<Net>::endpoints(const found_addresses& found,
                                                         std::uint16_t port) {
  return found.map([port](const std::vector<ip_address>& all) {
    std::vector<endpoint> made;
    made.reserve(all.size());
    for (const auto& each : all)
      made.emplace_back(each.as<decltype(endpoint{}.address())>(), port);
    return made;
  });
}

} // namespace ockam::internal
