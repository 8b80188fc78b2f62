// A CAF program that lives long, beside its middleman and its own actors, while nodes come and go.
//
//     embedding_host [ROUNDS]
//
// Each round starts two nodes, keeps messages in flight inside them and between them over TCP, and
// stops them at once. In the end there must be as many descriptors as before, and no actors of the
// nodes.

#include "host.hpp"

#include "ockam/actors/node.hpp"
#include "ockam/actors/workers.hpp"
#include "ockam/transports/tcp.hpp"

#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>

#include <caf/exit_reason.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>

namespace {

using namespace std::chrono_literals;

constexpr int messages_in_flight = 16; // of each kind

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {});
}

void expect(bool holds, const std::string& what) {
  if (!holds)
    throw std::runtime_error{what};
}

/// Actors end on threads of CAF's: waits until those of the nodes have. The destructor of the system
/// would wait for ever for others, so that they end the process.
void await_end_of_actors(caf::actor_system& system) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (ockam::compat::running_actors(system) != 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  const auto left = ockam::compat::running_actors(system);
  if (left == 0)
    return;
  std::cerr << "embedding_host: " << left << " actors are left" << std::endl;
  std::_Exit(1);
}

/// Sends along `to` without waiting for what comes back.
void send_many(ockam::node& from, const ockam::route& to) {
  for (int i = 0; i < messages_in_flight; ++i)
    from.send(to, "message " + std::to_string(i));
}

/// Four ways to end two nodes that still have work.
void end(int way, ockam::node& server, ockam::node& client) {
  switch (way) {
    case 0:
      server.stop();
      client.stop();
      break;
    case 1:
      client.stop();
      server.stop();
      break;
    case 2:
      server.stop(std::chrono::milliseconds{0});
      break;
    default: // the destructors
      break;
  }
}

/// Two nodes from their start to their end.
void play_round(caf::actor_system& system, const ockam::worker_actor& gateway, int number) {
  ockam::node server{system};
  server.start_worker("echoer", ockam::echoer{});
  server.expose("gateway", gateway);
  auto listening = ockam::tcp::transport::create(server);
  const auto listener = listening.listen("127.0.0.1:0");
  server.flow_controls().add_consumer("echoer", listener.flow_control_id());
  server.flow_controls().add_consumer("gateway", listener.flow_control_id());

  ockam::node client{system};
  auto connecting = ockam::tcp::transport::create(client);
  const auto connection = connecting.connect(listener.socket_address());
  const ockam::route over_tcp{connection, "echoer"};

  const auto text = "round " + std::to_string(number);
  expect(client.send_and_receive<std::string>(over_tcp, text) == text, "a wrong answer over TCP");
  expect(server.send_and_receive<std::string>("echoer", text) == text, "a wrong local answer");

  send_many(client, over_tcp);
  send_many(client, {connection, "gateway"});
  send_many(server, "echoer");
  send_many(server, "gateway");
  end(number % 4, server, client);
}

/// Asks the host's own actor, from here and from the other side of the middleman.
void ask_host(caf::actor_system& system, caf::actor_system& remote_system, const caf::actor& ledger,
              const caf::actor& remote_ledger) {
  const auto before = host::ask(system, ledger);
  expect(before > 0, "the ledger of the host does not answer any more");
  expect(host::ask(remote_system, remote_ledger) == before + 1,
         "the ledger of the host does not answer over CAF's middleman");
}

void run(int rounds) {
  host::config config;
  caf::actor_system system{config};
  host::config remote_config;
  caf::actor_system remote_system{remote_config};

  const auto ledger = host::spawn_ledger(system);
  const auto port = system.middleman().publish(ledger, 0, "127.0.0.1");
  expect(static_cast<bool>(port), "the middleman cannot publish the ledger");
  const auto remote_ledger = remote_system.middleman().remote_actor("127.0.0.1", *port);
  expect(static_cast<bool>(remote_ledger), "the middleman cannot reach the ledger");

  const auto seen = std::make_shared<std::atomic<std::uint64_t>>(0);
  auto gateway = host::spawn_gateway(system, seen);

  ask_host(system, remote_system, ledger, *remote_ledger);
  play_round(system, gateway, 0); // whatever is made once is there from now on
  await_end_of_actors(system);
  const auto descriptors = open_descriptors();

  for (int number = 1; number <= rounds; ++number) {
    play_round(system, gateway, number);
    ask_host(system, remote_system, ledger, *remote_ledger);
  }

  await_end_of_actors(system);
  expect(open_descriptors() == descriptors, std::to_string(open_descriptors())
                                              + " descriptors are open, there were "
                                              + std::to_string(descriptors));
  expect(seen->load() > 0, "the gateway of the host received nothing");

  std::cout << "embedding_host: " << rounds << " rounds; " << descriptors
            << " descriptors before and after, no actors left; the gateway received "
            << seen->load() << " messages, the ledger answered " << host::ask(system, ledger)
            << " times" << std::endl;

  caf::anon_send_exit(ledger, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(gateway, caf::exit_reason::user_shutdown);
}

} // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 300;
  if (rounds < 1) {
    std::cerr << "embedding_host: ROUNDS is \"" << argv[1] << "\"; try a number such as 300\n";
    return 2;
  }
  host::init_message_types();
  try {
    run(rounds);
  } catch (const std::exception& failed) {
    std::cerr << "embedding_host: " << failed.what() << '\n';
    return 1;
  }
}
