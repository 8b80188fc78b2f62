// Erlang distribution between two nodes; both are over_erlang.escript. The client is a process of its
// own, which is told how many batches to send and says when they are back.

#include "technology.hpp"

#include <stdexcept>

namespace bench {
namespace {

/// The nodes find each other by a port they are told, without the daemon that knows all nodes.
std::shared_ptr<child> start(const std::string& escript, const std::string& port,
                             const std::string& flags, const std::vector<std::string>& arguments) {
  std::vector<std::string> command{
    "/usr/bin/env", "ERL_FLAGS=-start_epmd false -erl_epmd_port " + port + ' ' + flags, escript,
    OCKAM_BENCH_ERLANG_SCRIPT};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return std::make_shared<child>(std::move(command), "ready ");
}

std::shared_ptr<child> start_server(const std::string& escript) {
  const auto port = free_port();
  return start(escript, port, "-kernel inet_dist_use_interface {127,0,0,1}", {"serve", port});
}

std::vector<variant> connect(const std::string& escript, const load& what,
                             const std::string& port) {
  if (what.connections > 1)
    return {};
  const auto client = start(escript, port, "-dist_listen false",
                            {"ask", std::to_string(what.size), std::to_string(what.window),
                             std::to_string(what.each)});
  return {timed("Erlang", [client, each = what.each](std::size_t n) {
    if (client->ask(std::to_string(n / each)) != "done")
      throw std::runtime_error{"Erlang: messages did not come back"};
  })};
}

} // namespace

technology over_erlang(const std::string& escript) {
  return {.name = "erlang",
          .connect = [escript](const load& what, const std::string& port,
                               bool) { return connect(escript, what, port); },
          .start_server = [escript] { return start_server(escript); }};
}

} // namespace bench
