#include "lookup.hpp"

#include "../this_machine.hpp"

#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <utility>

#include <asio/post.hpp>

namespace ockam::udp::detail {

lookup::lookup(const asio::any_io_executor& executor, std::string host,
               std::chrono::milliseconds timeout)
  : executor_{executor},
    host_{std::move(host)},
    timeout_{timeout},
    resolver_{executor},
    limit_{executor} {}

void lookup::start(on_done done) {
  done_ = std::move(done);
  asio::post(executor_, [me = shared_from_this()] {
    me->limit_.expires_after(me->timeout_);
    me->limit_.async_wait([me](const std::error_code& cancelled) {
      if (!cancelled)
        me->finish(fail(error{make_error_code(std::errc::timed_out),
                              "looking " + escaped(me->host_) + " up took more than "
                                + std::to_string(me->timeout_.count()) + " ms (resolve-timeout)"}));
    });
    // the resolver has a thread of its own: nothing waits here (MAP-10)
    me->resolver_.async_resolve(
      me->host_, "", [me](const std::error_code& failed, const auto& entries) {
        std::vector<asio::ip::address> found;
        for (const auto& each : entries)
          found.push_back(each.endpoint().address());
        if (failed && internal::is_this_machine(me->host_))
          found = {asio::ip::address_v4::loopback(), asio::ip::address_v6::loopback()};
        if (!found.empty())
          return me->finish(std::move(found));
        me->finish(fail(
          error{failed ? failed : make_error_code(std::errc::host_unreachable),
                "resolving " + escaped(me->host_) + ": check the name, or use an IP address"}));
      });
  });
}

void lookup::cancel() {
  asio::post(executor_, [me = shared_from_this()] {
    me->finish(fail(errc::shutting_down, "looking " + escaped(me->host_) + " up was given up"));
  });
}

void lookup::finish(outcome found) {
  limit_.cancel();
  resolver_.cancel();
  if (auto done = std::exchange(done_, nullptr))
    done(std::move(found));
}

std::optional<asio::ip::address> choose(const std::vector<asio::ip::address>& found,
                                        bool socket_is_v6) {
  const auto own = std::ranges::find(found, socket_is_v6, &asio::ip::address::is_v6);
  if (own != found.end())
    return *own;
  return socket_is_v6 && !found.empty() ? std::optional{found.front()} : std::nullopt;
}

} // namespace ockam::udp::detail
