#include "binding.hpp"

#include "endpoints.hpp"

#include "ockam/protocol/text.hpp"

#include <utility>

namespace ockam::udp::detail {

udp_binding::udp_binding(const asio::any_io_executor& executor, const bind_options& options,
                         std::optional<endpoint> peer, const ref_ptr<memory_budget>& in_reassembly)
  : tied_to_{std::move(peer)},
    socket_{executor, options.datagram_size},
    peers_{options, in_reassembly},
    destinations_{executor, socket_, peers_, options} {}

result<void> udp_binding::open(const endpoint& at) {
  if (auto opened = socket_.open(at); !opened)
    return opened;
  if (tied_to_) {
    auto reachable = socket_.as_peer(*tied_to_);
    if (!reachable)
      return fail(std::move(reachable.error()));
    reachable_peer_ = std::move(*reachable);
  }
  local_ = socket_.local();
  socket_address_ = to_text(local_);
  return {};
}

result<sdk::addressing::choice> udp_binding::choose(message& content) {
  if (tied_to_)
    return choice{};
  auto chosen = destinations_.choose(content, destinations::clock::now());
  if (!chosen)
    return fail(std::move(chosen.error()));
  if (chosen->look_up)
    look_up(*chosen->look_up);
  const bool waits = !chosen->known;
  return choice{.destination = std::move(chosen->known), .waits = waits};
}

// -- names -----------------------------------------------------------------------------------------

/// Runs later, if the binding is still open.
template <class Call>
auto udp_binding::while_open(Call call) const {
  return [weak = weak_engine_, call = std::move(call)](const auto&... with) {
    if (const auto engine = weak.lock(); engine && engine->is_open())
      call(with...);
  };
}

void udp_binding::look_up(const std::string& host) {
  engine_->loop()->post(while_open([this, host] {
    destinations_.look_up(
      host, while_open([this, host](const lookup::outcome& found) { looked_up(host, found); }));
  }));
}

void udp_binding::looked_up(const std::string& host, const lookup::outcome& found) {
  const auto sent = destinations_.found(host, found, destinations::clock::now(),
                                        [this](message& waited, result<ref_ptr<destination>> to) {
                                          engine_->push_late(waited, std::move(to));
                                        });
  if (sent)
    return engine_->flush();
  const auto lost = destinations_.failed(host);
  for (const auto& each : lost)
    engine_->lose(drop_reason::external_address, each.content, sent.error());
  warn([&] {
    return socket_address_ + " dropped " + std::to_string(lost.size())
           + " messages: " + to_string(sent.error());
  });
}

// -- the end ---------------------------------------------------------------------------------------

void udp_binding::close(const std::optional<error>& cause) {
  for (const auto& each : destinations_.close())
    engine_->lose(drop_reason::connection_closed, each.content, engine_->closed(cause));
  engine_->port().discard(drop_reason::incomplete, peers_.clear());
  socket_.close();
}

} // namespace ockam::udp::detail
