// The groups udp, ws and uds: transports other than TCP, each beside what it is made of.

#include "groups.hpp"
#include "technology.hpp"

#include <iostream>

namespace bench {
namespace {

/// Batches so small that all that is on its way fits into the buffer of a socket: UDP loses the rest.
constexpr load one_way_in_datagrams(std::size_t size) {
  return {.size = size, .window = 2, .each = 16};
}

row by_udp(const std::string& name, unit in, const load& what, datagrams size,
           setting where = setting::direct) {
  std::vector<technology> all{over_datagrams(size), over_ockam_udp(size)};
  if (segments_work())
    all.push_back(over_segments(size));
  return carried({"udp." + name, in}, what, all, {"datagrams", "segments"}, where);
}

row by_unix_sockets(const std::string& name, unit in, const load& what,
                    setting where = setting::direct) {
  return carried({"uds." + name, in}, what,
                 {over_unix_sockets(), over_ockam_tcp(), over_ockam_uds()},
                 {"sockets", "ockam over TCP"}, where);
}

#ifdef OCKAM_HAVE_WEBSOCKET
row by_websocket(const std::string& name, unit in, const load& what,
                 setting where = setting::direct) {
  return carried({"ws." + name, in}, what, {over_beast(), over_ockam_websocket()}, {"beast"},
                 where);
}
#endif

} // namespace

std::vector<row> udp_rows(bool) {
  std::vector<row> rows;
  rows.push_back(by_udp("round_trip.32B", unit::microseconds, {.size = 32}, datagrams::small));
  for (const auto size : {datagrams::small, datagrams::large}) {
    const auto behind = ".1KiB.datagrams_" + std::to_string(static_cast<int>(size)) + "B";
    rows.push_back(by_udp("round_trip" + behind, unit::microseconds, {.size = 1'024}, size));
    rows.push_back(by_udp("one_way" + behind, unit::rate, one_way_in_datagrams(1'024), size));
    rows.push_back(by_udp("one_way" + behind + ".one_core", unit::rate, one_way_in_datagrams(1'024),
                          size, setting::one_core));
  }
  return rows;
}

std::vector<row> uds_rows(bool) {
  return {
    by_unix_sockets("round_trip.32B", unit::microseconds, {.size = 32}),
    by_unix_sockets("round_trip.1KiB", unit::microseconds, {.size = 1'024}),
    by_unix_sockets("round_trip.32B.one_core", unit::microseconds, {.size = 32}, setting::one_core),
    by_unix_sockets("round_trip.1KiB.one_core", unit::microseconds, {.size = 1'024},
                    setting::one_core),
    by_unix_sockets("one_way.1KiB", unit::rate, one_way(1'024)),
    by_unix_sockets("one_way.32KiB", unit::rate, one_way(32u << 10)),
    by_unix_sockets("echo.1KiB.window_256", unit::rate, {.size = 1'024, .window = 256}),
  };
}

std::vector<row> ws_rows(bool) {
#ifdef OCKAM_HAVE_WEBSOCKET
  return {
    by_websocket("round_trip.32B", unit::microseconds, {.size = 32}),
    by_websocket("round_trip.1KiB", unit::microseconds, {.size = 1'024}),
    by_websocket("one_way.1KiB", unit::rate, one_way(1'024)),
    by_websocket("one_way.64KiB", unit::rate, one_way(64u << 10)),
    by_websocket("echo.1KiB.window_16", unit::rate, {.size = 1'024, .window = 16}),
    by_websocket("echo.1KiB.window_16.one_core", unit::rate, {.size = 1'024, .window = 16},
                 setting::one_core),
    by_websocket("echo.1KiB.window_256", unit::rate, {.size = 1'024, .window = 256}),
  };
#else
  std::cerr
    << "skipped: WebSocket was not there when this was built (packages libboost-dev, libssl-dev)\n";
  return {};
#endif
}

} // namespace bench
