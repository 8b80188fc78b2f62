#include "lookup.hpp"

#include "ockam/protocol/text.hpp"
#include "ockam/protocol/time_span.hpp"

#include <algorithm>
#include <utility>

#include <asio/post.hpp>

namespace ockam::udp::detail {

lookup::lookup(const asio::any_io_executor& executor, std::string host,
               std::chrono::milliseconds timeout)
  : executor_{executor}, host_{std::move(host)}, timeout_{timeout}, limit_{executor} {}

void lookup::start(on_done done) {
  done_ = std::move(done);
  asio::post(executor_, [me = shared_from_this()] {
    me->limit_.expires_at(internal::moment_after(me->timeout_));
    me->limit_.async_wait([me](const std::error_code& cancelled) {
      if (!cancelled)
        me->finish(fail(error{make_error_code(std::errc::timed_out),
                              "looking " + escaped(me->host_) + " up took more than "
                                + std::to_string(me->timeout_.count())
                                + " ms (resolve-timeout); check the resolver of this machine, or "
                                  "use an IP address"}));
    });
    me->asked_.start(me->host_, [weak = std::weak_ptr{me},
                                 executor = me->executor_](const sdk::found_addresses& found) {
      asio::post(executor, [weak, found] {
        if (const auto me = weak.lock())
          me->looked_up(found);
      });
    });
  });
}

void lookup::looked_up(const sdk::found_addresses& found) {
  finish(found.map([](const auto& all) {
    std::vector<asio::ip::address> addresses;
    addresses.reserve(all.size());
    for (const auto& each : all)
      addresses.push_back(each.template as<asio::ip::address>());
    return addresses;
  }));
}

void lookup::cancel() {
  asio::post(executor_, [me = shared_from_this()] {
    me->finish(fail(errc::shutting_down, "looking " + escaped(me->host_) + " up was given up"));
  });
}

void lookup::finish(outcome found) {
  limit_.cancel();
  asked_.cancel();
  if (auto done = std::exchange(done_, nullptr))
    done(std::move(found));
}

std::optional<asio::ip::address> choose_host(const std::vector<asio::ip::address>& found,
                                             bool socket_is_v6) {
  const auto own = std::ranges::find(found, socket_is_v6, &asio::ip::address::is_v6);
  if (own != found.end())
    return *own;
  return socket_is_v6 && !found.empty() ? std::optional{found.front()} : std::nullopt;
}

} // namespace ockam::udp::detail
