// The same work between other programs; each is left out, by name, where it is not installed.

#include "flight.hpp"
#include "groups.hpp"
#include "over_ockam.hpp"
#include "tcp_node.hpp"
#include "technology.hpp"

#include "ockam/protocol/payload.hpp"

#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace bench {
namespace {

using namespace ockam;
namespace fs = std::filesystem;

constexpr const char* rust_release = "0.150.0";
constexpr const char* rust_listens = "Listening on 127.0.0.1:";

/// A program of the tests with Rust peers; empty when there is none.
fs::path rust_program(const std::string& name) {
  const auto* home = std::getenv("HOME");
  const auto* cache = std::getenv("XDG_CACHE_HOME");
  const fs::path all = cache != nullptr && *cache != 0
                         ? fs::path{cache}
                         : fs::path{home != nullptr ? home : ""} / ".cache";
  auto program = all / "ockam-caf/interop/bin" / rust_release / name;
  return fs::exists(program) ? program : fs::path{};
}

/// The tutorial's echoer wants a string.
raw_body as_string(const bytes& payload) {
  return {value_or_throw(encode_payload(std::string(payload.begin(), payload.end())))};
}

std::vector<variant> connect_to_rust(const load& what, const std::string& port, bool) {
  const auto own = std::make_shared<ockam_client>(std::make_unique<tcp_node>(), what, port,
                                                  route{"echoer"}, as_string);
  return {timed("ockam to Rust", [own](std::size_t n) { own->fly_by_worker(n); })};
}

/// An echoer that sends everything back; nothing for batches, most of which need no answer.
technology rust_echoer(const fs::path& program) {
  return {.name = "Rust", .connect = connect_to_rust, .start_server = [program] {
            return std::make_shared<child>(std::vector<std::string>{program.string()},
                                           rust_listens);
          }};
}

/// Counts what arrives.
struct sink {
  std::shared_ptr<flight> flying;
  void handle_message(context&, routed<any_body>&&) { flying->next(); }
};

/// Has a Rust node send: it has been made for tests, and its texts are numbers.
class rust_source_client {
public:
  explicit rust_source_client(const std::string& port)
    : connection_{own_.transport.connect("127.0.0.1:" + port)} {
    own_.node.start_worker("sink", sink{flight_});
    for (const auto* each : {"sink", "mailbox"})
      own_.node.flow_controls().add_consumer(each, connection_.flow_control_id());
  }

  void fly(std::size_t messages) {
    flight_->begin(messages, 1);
    flight_->next(); // this is "go"
    value_or_throw(
      mailbox_.send(make_route(connection_, "control"), "push sink " + std::to_string(messages)));
    flight_->wait();
    keep(value_or_throw(mailbox_.receive<std::string>()).body()); // it says that it is done
  }

private:
  std::shared_ptr<flight> flight_ = std::make_shared<flight>();
  tcp_node own_;
  endpoint mailbox_ = own_.node.make_endpoint("mailbox");
  connection connection_;
};

technology rust_source(const fs::path& program) {
  return {.name = "Rust",
          .connect =
            [](const load&, const std::string& port, bool) {
              return std::vector{timed("Rust to ockam", [own = std::make_shared<rust_source_client>(
                                                           port)](std::size_t n) { own->fly(n); })};
            },
          .start_server =
            [program] {
              return std::make_shared<child>(std::vector<std::string>{program.string()},
                                             rust_listens);
            }};
}

struct peers {
  std::vector<technology> for_round_trips{over_ockam()};
  std::vector<technology> for_one_way{over_ockam()};
  std::vector<technology> for_relays{over_ockam()};

  void add(const technology& what) {
    for_round_trips.push_back(what);
    for_one_way.push_back(what);
    for_relays.push_back(what);
  }
};

void skip(const std::string& what) {
  std::cerr << "skipped: " + what + '\n';
}

peers all_peers() {
  peers all;
#ifdef OCKAM_HAVE_ZEROMQ
  all.add(over_zeromq());
#else
  skip("ZeroMQ was not there when this was built (package libzmq3-dev)");
#endif
#ifdef OCKAM_HAVE_NATS
  if (const auto program = find_program("nats-server"); !program.empty())
    all.add(over_nats(program));
  else
    skip("NATS has no server here (package nats-server)");
#else
  skip("NATS was not there when this was built (package libnats-dev)");
#endif
  if (const auto program = find_program("escript"); !program.empty())
    all.add(over_erlang(program));
  else
    skip("Erlang is not there (package erlang-base)");
  const auto responder = rust_program("responder");
  const auto listener = rust_program("listener");
  if (!responder.empty() && !listener.empty()) {
    all.for_round_trips.push_back(rust_echoer(responder));
    all.for_one_way.push_back(rust_source(listener));
  } else {
    skip(std::string{"Rust "} + rust_release + " is not there (scripts/interop builds it)");
  }
  return all;
}

} // namespace

std::vector<row> peer_rows(bool) {
  const auto all = all_peers();
  const std::vector<std::string> baselines{"ZeroMQ", "NATS", "Erlang", "ockam to Rust"};
  const auto there_and_back = [&](const std::string& name, unit in, const load& what) {
    return carried({"peer." + name, in}, what, all.for_round_trips, baselines);
  };
  const auto in_batches = [&](const std::string& name, std::size_t size) {
    return carried({"peer.one_way." + name, unit::rate}, one_way(size), all.for_one_way,
                   {"ZeroMQ", "NATS", "Erlang", "Rust to ockam"});
  };
  const auto relayed = [&](const std::string& name, unit in, const load& what) {
    return carried({"peer." + name, in}, what, all.for_relays, {"ZeroMQ", "NATS"},
                   setting::relayed);
  };
  return {
    there_and_back("round_trip.32B", unit::microseconds, {.size = 32}),
    there_and_back("round_trip.1KiB", unit::microseconds, {.size = 1'024}),
    there_and_back("echo.1KiB.window_16", unit::rate, {.size = 1'024, .window = 16}),
    there_and_back("echo.1KiB.window_256", unit::rate, {.size = 1'024, .window = 256}),
    in_batches("32B", 32),
    in_batches("1KiB", 1'024),
    relayed("relay_round_trip.1KiB", unit::microseconds, {.size = 1'024}),
    relayed("relay_one_way.1KiB", unit::rate, one_way(1'024)),
  };
}

} // namespace bench
