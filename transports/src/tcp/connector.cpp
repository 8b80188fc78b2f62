#include "connector.hpp"

#include "../this_machine.hpp"
#include "socket_options.hpp"

#include "ockam/protocol/text.hpp"

#include <algorithm>

namespace ockam::tcp::detail {

tcp_connector::tcp_connector(const asio::any_io_executor& executor, host_port peer,
                             const connect_options& options)
  : connector{executor, to_string(peer), {options.connect_timeout, options.retry_for}},
    peer_{std::move(peer)},
    prefer_{options.prefer},
    resolver_{executor} {}

void tcp_connector::find() {
  if (peer_.numeric()) {
    std::error_code failed;
    const auto where = asio::ip::make_address(peer_.host, failed);
    if (failed)
      return attempt_failed(internal::socket_error(failed, internal::socket_use::connect,
                                                   "reading the address " + peer_.host));
    return found({asio::ip::tcp::endpoint{where, peer_.port}});
  }
  // the resolver has a thread of its own: nothing waits here (MAP-10)
  resolver_.async_resolve(
    peer_.host, std::to_string(peer_.port), asio::ip::tcp::resolver::numeric_service,
    [me = self()](const std::error_code& failed, const auto& found) {
      if (!me->trying())
        return;
      if (failed && !internal::is_this_machine(me->peer_.host))
        return me->attempt_failed({failed, "resolving " + escaped(me->peer_.host)
                                             + ": check the name, or use an IP address"});
      std::vector<asio::ip::tcp::endpoint> all;
      if (failed)
        all = {{asio::ip::address_v4::loopback(), me->peer_.port},
               {asio::ip::address_v6::loopback(), me->peer_.port}};
      for (const auto& each : found)
        all.push_back(each.endpoint());
      if (me->prefer_ != family::any)
        std::stable_partition(all.begin(), all.end(), [&](const auto& each) {
          return each.address().is_v4() == (me->prefer_ == family::ipv4_first);
        });
      me->connector::found(std::vector<internal::stream_endpoint>(all.begin(), all.end()));
    });
}

error tcp_connector::failure(std::error_code code, const internal::stream_endpoint& where) const {
  return internal::socket_error(code, internal::socket_use::connect,
                                "connecting to " + to_text(tcp_endpoint(where))
                                  + (peer_.numeric() ? "" : " (" + peer_.host + ')'));
}

} // namespace ockam::tcp::detail
