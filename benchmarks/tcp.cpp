// Messages between processes over loopback. The measuring process is the client; servers and relays
// are this program in a role.

#include "groups.hpp"
#include "technology.hpp"

#include "ockam/protocol/codec.hpp"

#include <algorithm>

namespace bench {
namespace {

const std::vector<technology>& all_technologies() {
  static const std::vector<technology> all{
    over_asio(),
    over_sockets(),
#ifdef OCKAM_HAVE_CAF_IO
    over_basp(),
#endif
    over_ockam(),
  };
  return all;
}

row carried_by_all(std::string name, unit in, const load& what, bool relayed = false) {
  return carried({std::move(name), in}, what, all_technologies(), {"asio", "sockets", "basp"},
                 relayed);
}

std::string text(std::size_t size) {
  if (size >= 1u << 20)
    return std::to_string(size >> 20) + "MiB";
  return size >= 1u << 10 ? std::to_string(size >> 10) + "KiB" : std::to_string(size) + "B";
}

/// Batches of about a quarter of a MiB, but at least 2 and at most 256 messages. What is on its way fits
/// into the output that a connection keeps for its senders.
load one_way(std::size_t size) {
  return {.size = size,
          .window = size < 1u << 20 ? 4u : 2u,
          .each = std::clamp<std::size_t>((256u << 10) / size, 2, 256)};
}

} // namespace

ockam::bytes frame_with(const ockam::bytes& payload) {
  using namespace ockam;
  const message content{route{"echo"}, route{address::random()}, shared_bytes::adopt(payload)};
  bytes frame(frame_header_size);
  const auto body = encode_message(content);
  put_frame_header(frame.data(), static_cast<std::uint32_t>(body.size()));
  frame.insert(frame.end(), body.begin(), body.end());
  frame[frame_header_size] = payload.front();
  return frame;
}

row carried(figure about, const load& what, const std::vector<technology>& by,
            std::vector<std::string> baselines, bool relayed) {
  return {.figures = {std::move(about)},
          .baselines = std::move(baselines),
          .set_up =
            [=] {
              std::vector<variant> all;
              for (const auto& each : by) {
                if (relayed && each.relay == nullptr)
                  continue;
                auto server = each.start_server ? each.start_server()
                                                : std::make_shared<child>(each.name);
                auto relay = relayed ? std::make_shared<child>(each.name, server->line()) : server;
                for (auto& way : each.connect(what, relay->line(), relayed))
                  all.push_back({way.name, [server, relay, run = std::move(way.run)](
                                             std::size_t operations) { return run(operations); }});
              }
              return all;
            },
          .multiple_of = what.each};
}

std::vector<row> tcp_rows(bool quick) {
  constexpr std::size_t large = 1u << 20;
  std::vector<row> rows;
  for (const std::size_t size :
       {std::size_t{32}, std::size_t{1} << 10, std::size_t{64} << 10, large})
    rows.push_back(
      carried_by_all("tcp.round_trip." + text(size), unit::microseconds, {.size = size}));
  for (const std::size_t size :
       {std::size_t{32}, std::size_t{1} << 10, std::size_t{64} << 10, large})
    rows.push_back(carried_by_all("tcp.one_way." + text(size), unit::rate, one_way(size)));
  for (const std::size_t size : {32, 1 << 10})
    for (const std::size_t window : {16, 256})
      rows.push_back(carried_by_all("tcp.echo." + text(size) + ".window_" + std::to_string(window),
                                    unit::rate, {.size = size, .window = window}));
  for (const std::size_t size : {32, 1 << 10})
    rows.push_back(carried_by_all("tcp.relay_round_trip." + text(size), unit::microseconds,
                                  {.size = size}, true));
  rows.push_back(
    carried_by_all("tcp.relay_one_way.1KiB", unit::rate, one_way(std::size_t{1} << 10), true));
  for (const std::size_t count : {1, 10, 100, 1'000})
    if (count < 1'000 || !quick)
      rows.push_back(carried_by_all("tcp.connections_" + std::to_string(count) + ".32B", unit::rate,
                                    {.window = count, .connections = count}));
  return rows;
}

} // namespace bench
