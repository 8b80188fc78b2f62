#include "destinations.hpp"

#include "endpoints.hpp"

#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/text.hpp"

#include <iterator>
#include <utility>

namespace ockam::udp::detail {

destinations::destinations(asio::any_io_executor executor, const datagram_socket& socket,
                           peer_table& peers, const bind_options& options)
  : executor_{std::move(executor)},
    socket_{socket},
    peers_{peers},
    format_{options.format},
    datagram_size_{options.datagram_size},
    timeout_{options.resolve_timeout} {}

result<destinations::choice> destinations::choose(message& content, clock::time_point now) {
  const auto& onward = content.onward_route();
  const auto second = onward.size() > 1 ? *std::next(onward.begin()) : address_view{};
  if (second.type() != transport_type::udp)
    return fail(errc::invalid_value, "behind an open UDP binding comes 2#host:port, not "
                                       + escaped(to_string(address{second})));
  auto where = parse_destination(second.value());
  if (!where)
    return fail(std::move(where.error()));
  if (!where->numeric())
    return choose_named(*where, content, now);
  auto to = endpoint_of(*where);
  if (!to)
    return fail(std::move(to.error()));
  return choose_numeric(*to, content, now);
}

result<destinations::choice> destinations::choose_numeric(const endpoint& to,
                                                          const message& content,
                                                          clock::time_point now) {
  auto admitted = admit(to, content, now);
  if (!admitted)
    return fail(std::move(admitted.error()));
  return choice{.known = std::move(*admitted)};
}

result<destinations::choice> destinations::choose_named(const host_port& to, message& content,
                                                        clock::time_point now) {
  if (content.came_from_wire())
    return fail(errc::access_denied,
                "a message from another node does not make us look up " + escaped(to.host));
  auto answer = names_.find(to.host, to.port, content, now);
  if (!answer)
    return fail(std::move(answer.error()));
  if (answer->known)
    return choose_numeric({*answer->known, to.port}, content, now);
  return answer->look_up ? choice{.look_up = to.host} : choice{};
}

/// Counts what the message sends to that peer, unless it may not be sent.
result<ref_ptr<destination>> destinations::admit(const endpoint& to, const message& content,
                                                 clock::time_point now) {
  auto reachable = socket_.as_peer(to);
  if (!reachable)
    return fail(std::move(reachable.error()));
  const auto size = encoded_size(content, {.skip_hops = 2}); // the binding, and `to`
  const fragmenter cut{format_, routing_number{0}, size, datagram_size_};
  const auto sent = size + cut.parts() * datagram_overhead;
  auto from = peers_.admit(to, sent, content.came_from_wire(), content.return_route(), now);
  if (!from)
    return fail(std::move(from.error()));
  return make_ref<destination>(*from, *reachable);
}

void destinations::look_up(const std::string& host, lookup::on_done done) {
  const auto asked = std::make_shared<lookup>(executor_, host, timeout_);
  std::erase_if(lookups_, [](const auto& each) { return each.expired(); });
  lookups_.push_back(asked);
  asked->start(std::move(done));
}

result<void> destinations::found(const std::string& host, const lookup::outcome& hosts,
                                 clock::time_point now, const send_function& send) {
  if (!hosts)
    return fail(hosts.error());
  const auto chosen = choose_host(*hosts, socket_.local().address().is_v6());
  if (!chosen)
    return fail(errc::not_found,
                escaped(host) + " has no address of the family of " + to_text(socket_.local()));
  names_.found(host, *chosen, now, [&](name_cache::waiting&& each) {
    send(each.content, admit({*chosen, each.port}, each.content, now));
  });
  return {};
}

std::vector<name_cache::waiting> destinations::close() {
  for (const auto& each : lookups_)
    if (const auto asked = each.lock())
      asked->cancel();
  return names_.close();
}

} // namespace ockam::udp::detail
