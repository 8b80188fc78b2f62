#include "connector.hpp"

#include "../numeric_endpoint.hpp"
#include "socket_options.hpp"

#include "ockam/protocol/text.hpp"

#include <cstddef>

#include <asio/post.hpp>

namespace ockam::tcp::detail {

tcp_connector::tcp_connector(const asio::any_io_executor& executor, host_port peer,
                             const connect_options& options)
  : connector{executor, to_string(peer), {options.connect_timeout, options.retry_for}},
    peer_{std::move(peer)},
    prefer_{options.prefer} {}

void tcp_connector::find() {
  if (peer_.numeric()) {
    const auto where = internal::numeric_endpoint<asio::ip::tcp::endpoint>(peer_);
    return where ? found({*where}) : attempt_failed(where.error());
  }
  looking_up_ = true;
  lookup_.start(peer_.host, [weak = weak_from_this(),
                             executor = executor()](const internal::found_addresses& found) {
    asio::post(executor, [weak, found] {
      if (const auto me = std::static_pointer_cast<tcp_connector>(weak.lock()))
        me->looked_up(found);
    });
  });
}

void tcp_connector::looked_up(const internal::found_addresses& found) {
  if (!trying() || !std::exchange(looking_up_, false))
    return;
  if (!found)
    return attempt_failed(found.error());
  std::vector<internal::stream_endpoint> all;
  std::ptrdiff_t preferred = 0; // how many stand first; both parts keep the order of the resolver
  for (const auto& each : *found) {
    const asio::ip::tcp::endpoint where{each.as<asio::ip::address>(), peer_.port};
    const auto is_preferred = prefer_ != family::any
                              && where.address().is_v4() == (prefer_ == family::ipv4_first);
    all.insert(is_preferred ? all.begin() + preferred++ : all.end(), where);
  }
  connector::found(std::move(all));
}

void tcp_connector::stop_finding() {
  looking_up_ = false;
  lookup_.cancel();
}

std::string_view tcp_connector::advice_when_late() const {
  return looking_up_
           ? "the name is still being looked up: check the resolver of this machine, or use an IP "
             "address"
           : "check host, port and firewall";
}

error tcp_connector::failure(std::error_code code, const internal::stream_endpoint& where) const {
  return internal::socket_error(code, internal::socket_use::connect,
                                "connecting to " + to_text(tcp_endpoint(where))
                                  + (peer_.numeric() ? "" : " (" + peer_.host + ')'));
}

} // namespace ockam::tcp::detail
