#include "roles.hpp"

#include "plays.hpp"
#include "technology.hpp"

#include <stdexcept>

namespace bench {
namespace {

std::vector<technology> all_technologies() {
  return {
    over_asio(),   over_sockets(), over_ockam(),
#ifdef OCKAM_HAVE_CAF_IO
    over_basp(),
#endif
#ifdef OCKAM_HAVE_ZEROMQ
    over_zeromq(),
#endif
  };
}

bool serve_player(const std::string& role) {
  auto player = role.starts_with("pong-") ? make_pong() : make_counter();
  if (role.ends_with("-ockam"))
    return serve_player_over_ockam(std::move(player)), true;
#ifdef OCKAM_HAVE_CAF_IO
  if (role.ends_with("-basp"))
    return serve_player_over_basp(std::move(player)), true;
#endif
  return false;
}

} // namespace

void serve(const std::string& role, const std::string& to) {
  for (const auto& each : all_technologies())
    if (role == each.name)
      return to.empty() ? each.serve() : each.relay(to);
  if (!serve_player(role))
    throw std::runtime_error{"nothing serves in the role " + role};
}

} // namespace bench
