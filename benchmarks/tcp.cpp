// Messages between processes over loopback. The measuring process is the client; servers and relays
// are this program in a role.

#include "connections.hpp"
#include "groups.hpp"
#include "technology.hpp"

#include "ockam/protocol/codec.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <sched.h>

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

row carried_by_all(std::string name, unit in, const load& what, setting where = setting::direct,
                   const std::vector<technology>& also = {}) {
  auto by = all_technologies();
  by.insert(by.end(), also.begin(), also.end());
  std::vector<std::string> baselines{"asio", "sockets", "basp"};
#ifdef OCKAM_HAVE_CAF_IO
  if (where == setting::one_core) {
    by.insert(by.end() - 1, over_basp_with_defaults());
    baselines.emplace_back("basp, defaults");
  }
#endif
  return carried({std::move(name), in}, what, by, std::move(baselines), where);
}

std::string text(std::size_t size) {
  if (size >= 1u << 20)
    return std::to_string(size >> 20) + "MiB";
  return size >= 1u << 10 ? std::to_string(size >> 10) + "KiB" : std::to_string(size) + "B";
}

/// While it lives, this thread, and the threads and processes that it starts, run on one core.
class one_core {
public:
  one_core() {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    if (sched_getaffinity(0, sizeof before_, &before_) != 0
        || sched_setaffinity(0, sizeof one, &one) != 0)
      throw std::system_error{errno, std::generic_category(), "sched_setaffinity"};
  }
  one_core(const one_core&) = delete;
  one_core& operator=(const one_core&) = delete;
  ~one_core() { sched_setaffinity(0, sizeof before_, &before_); }

private:
  cpu_set_t before_{};
};

} // namespace

load one_way(std::size_t size) {
  return {.size = size,
          .window = size < 1u << 20 ? 4u : 2u,
          .each = std::clamp<std::size_t>((256u << 10) / size, 2, 256)};
}

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
            std::vector<std::string> baselines, setting where) {
  return {.figures = {std::move(about)},
          .baselines = std::move(baselines),
          .set_up =
            [=] {
              const auto pinned = where == setting::one_core ? std::make_shared<one_core>()
                                                             : std::shared_ptr<one_core>{};
              const bool relayed = where == setting::relayed;
              std::vector<variant> all;
              for (const auto& each : by) {
                if (relayed && each.relay == nullptr && !each.brokered)
                  continue;
                auto server = each.start_server ? each.start_server()
                                                : std::make_shared<child>(each.name);
                auto relay = relayed && !each.brokered
                               ? std::make_shared<child>(each.name, server->line())
                               : server;
                for (auto& way : each.connect(what, relay->line(), relayed)) {
                  way.run = [pinned, server, relay, run = std::move(way.run)](
                              std::size_t operations) { return run(operations); };
                  all.push_back(std::move(way));
                }
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
    rows.push_back(carried_by_all("tcp.round_trip." + text(size), unit::microseconds,
                                  {.size = size}, setting::direct, {over_ockam_polling()}));
  for (const std::size_t size :
       {std::size_t{32}, std::size_t{1} << 10, std::size_t{64} << 10, large})
    rows.push_back(carried_by_all("tcp.one_way." + text(size), unit::rate, one_way(size)));
  rows.push_back(carried_by_all("tcp.round_trip.1KiB.one_core", unit::microseconds,
                                {.size = 1u << 10}, setting::one_core));
  rows.push_back(
    carried_by_all("tcp.one_way.1KiB.one_core", unit::rate, one_way(1u << 10), setting::one_core));
  for (const std::size_t size : {32, 1 << 10})
    for (const std::size_t window : {16, 256})
      rows.push_back(carried_by_all("tcp.echo." + text(size) + ".window_" + std::to_string(window),
                                    unit::rate, {.size = size, .window = window}));
  for (const std::size_t size : {32, 1 << 10})
    rows.push_back(carried_by_all("tcp.relay_round_trip." + text(size), unit::microseconds,
                                  {.size = size}, setting::relayed));
  rows.push_back(carried_by_all("tcp.relay_one_way.1KiB", unit::rate, one_way(std::size_t{1} << 10),
                                setting::relayed));
  for (const std::size_t count : {1, 10, 100, 1'000})
    if (count < 1'000 || !quick)
      rows.push_back(carried_by_all("tcp.connections_" + std::to_string(count) + ".32B", unit::rate,
                                    {.window = count, .connections = count}));
  rows.push_back(slow_worker(quick ? 2'000 : 50'000));
  rows.push_back(new_slow_worker(quick ? 2'000 : 50'000));
  rows.push_back(slow_requester(quick ? 2'000 : 50'000));
  rows.push_back(idle_connections(quick ? 100 : 1'000));
  return rows;
}

} // namespace bench
