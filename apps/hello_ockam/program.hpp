#pragma once

#include "ockam/actors/node.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace hello_ockam {

class flow_output;

/// What the programs of the tutorial share and the tutorial leaves out: the command line, an actor
/// system, errors, signals.
///
/// `--flow`, or OCKAM_FLOW=1 in the environment, shows what happens to the routes of every message;
/// `--flow=mermaid` and `--flow=svg` draw it, `--flow-file` writes it for `flow-merge`.
/// Errors, output that cannot be written among them, are one line on stderr and status 1; a wrong command line is one line and status 2.
/// SIGINT and SIGTERM end a program that listens with status 0, whatever it waits for, and any other
/// program as they always do.
class program {
public:
  /// Make it before any thread starts: from here on the two signals wait for `run`.
  program(std::string name, std::string description);
  ~program();

  /// A positional argument that may be left out; its value is there once `run` calls its function.
  std::string& argument(const std::string& name, const std::string& description, std::string value);

  /// The argument LISTEN, for a program that ends with `serve`.
  std::string& listen_argument(std::string value,
                               const std::string& description = "HOST:PORT to listen on");

  /// Parses the command line, then calls `run` with a node in an actor system of its own; the node
  /// is stopped in the end. Returns the status of the process.
  int run(int argc, char** argv, const std::function<void(ockam::node&)>& run);

  /// Prints `Listening on ` and the address, and returns when SIGINT or SIGTERM comes. Only in `run`.
  void serve(const std::string& socket_address);

private:
  int parse_and_run(int argc, char** argv, const std::function<void(ockam::node&)>& run);
  int run_with(const flow_output& flow, const std::function<void(ockam::node&)>& run,
               const std::function<void(const std::string&)>& complain);

  struct parts;
  std::unique_ptr<parts> parts_;
};

} // namespace hello_ockam
