// The same work between other programs; each is left out, by name, where it is not installed.

#include "groups.hpp"
#include "over_ockam.hpp"
#include "technology.hpp"

#include "ockam/protocol/payload.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace bench {
namespace {

namespace fs = std::filesystem;

/// Where the tests with Rust peers keep their programs; empty when there are none.
fs::path rust_responder(const std::string& release) {
  const auto* home = std::getenv("HOME");
  const auto* cache = std::getenv("XDG_CACHE_HOME");
  const fs::path all = cache != nullptr && *cache != 0
                         ? fs::path{cache}
                         : fs::path{home != nullptr ? home : ""} / ".cache";
  auto program = all / "ockam-caf/interop/bin" / release / "responder";
  return fs::exists(program) ? program : fs::path{};
}

/// The tutorial's echoer wants a string.
ockam::raw as_string(const ockam::bytes& payload) {
  return {
    ockam::value_or_throw(ockam::encode_payload(std::string(payload.begin(), payload.end())))};
}

std::vector<variant> connect_to_rust(const load& what, const std::string& port, bool) {
  const auto own = std::make_shared<ockam_client>(what, port, ockam::route{"echoer"}, as_string);
  return {timed("ockam to Rust", [own](std::size_t n) { own->fly_by_worker(n); })};
}

technology rust(const std::string& release, const fs::path& program) {
  return {.name = "Rust " + release, .connect = connect_to_rust, .start_server = [program] {
            return std::make_shared<child>(std::vector<std::string>{program.string()},
                                           "Listening on 127.0.0.1:");
          }};
}

std::vector<technology> peers() {
  std::vector<technology> all{over_ockam()};
#ifdef OCKAM_HAVE_ZEROMQ
  all.push_back(over_zeromq());
#else
  std::cerr << "skipped: ZeroMQ was not there when this was built (package libzmq3-dev)\n";
#endif
  const std::string release = "0.150.0";
  if (const auto program = rust_responder(release); !program.empty())
    all.push_back(rust(release, program));
  else
    std::cerr << "skipped: Rust " + release + " is not there (scripts/interop builds it)\n";
  return all;
}

} // namespace

std::vector<row> peer_rows(bool) {
  const auto exchanged = [all = peers()](std::string name, unit in, const load& what) {
    return carried({std::move(name), in}, what, all, {"ockam, worker"});
  };
  return {
    exchanged("peer.round_trip.32B", unit::microseconds, {.size = 32}),
    exchanged("peer.round_trip.1KiB", unit::microseconds, {.size = 1'024}),
    exchanged("peer.echo.1KiB.window_16", unit::rate, {.size = 1'024, .window = 16}),
    exchanged("peer.echo.1KiB.window_256", unit::rate, {.size = 1'024, .window = 256}),
  };
}

} // namespace bench
