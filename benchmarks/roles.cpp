#include "roles.hpp"

#include "connections.hpp"
#include "plays.hpp"
#include "technology.hpp"

#include <stdexcept>

namespace bench {
namespace {

std::vector<technology> all_technologies() {
  return {
    over_asio(),
    over_sockets(),
    over_ockam(),
    over_ockam_polling(),
#ifdef OCKAM_HAVE_CAF_IO
    over_basp(),
    over_basp_with_defaults(),
#endif
#ifdef OCKAM_HAVE_ZEROMQ
    over_zeromq(),
#endif
#ifdef OCKAM_HAVE_NATS
    over_nats({}),
#endif
    over_ockam_tcp(),
    over_unix_sockets(),
    over_datagrams(datagrams::small), // their servers take any size
    over_segments(datagrams::small),
    over_ockam_udp(datagrams::small),
    over_ockam_udp(datagrams::large),
    over_ockam_uds(),
#ifdef OCKAM_HAVE_WEBSOCKET
    over_beast(),
    over_ockam_websocket(),
#endif
  };
}

/// The role is a play and how its stages are connected: "big-ockam".
bool serve_players(const std::string& role) {
  const auto end = role.rfind('-');
  if (end == std::string::npos)
    return false;
  const auto over = role.substr(end + 1);
  if (over == "ockam")
    return serve_players_over_ockam(cast_elsewhere(role.substr(0, end))), true;
#ifdef OCKAM_HAVE_CAF_IO
  if (over == "basp")
    return serve_players_over_basp(cast_elsewhere(role.substr(0, end))), true;
#endif
  return false;
}

} // namespace

void serve(const std::string& role, const std::string& to) {
  for (const auto& each : all_technologies())
    if (role == each.name)
      return to.empty() ? each.serve() : each.relay(to);
  if (role == "slow-parties")
    return serve_slow_parties();
  if (!serve_players(role))
    throw std::runtime_error{"nothing serves in the role " + role};
}

} // namespace bench
