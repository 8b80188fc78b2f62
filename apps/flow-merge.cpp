// Draws the message flow through several nodes from the files they wrote with --flow-file.

#include "hello_ockam/flow_file.hpp"
#include "hello_ockam/flow_picture.hpp"
#include "hello_ockam/output.hpp"

#include "ockam/protocol/text.hpp"

#include <filesystem>
#include <iostream>

#include <CLI/CLI.hpp>

namespace {

/// `NAME=FILE`, or a file that is named like its node.
hello_ockam::flow_node read(const std::string& argument) {
  const auto equals = argument.find('=');
  if (equals != std::string::npos)
    return hello_ockam::read_flow_file(argument.substr(0, equals), argument.substr(equals + 1));
  return hello_ockam::read_flow_file(std::filesystem::path{argument}.stem().string(), argument);
}

int run(int argc, char** argv) {
  CLI::App app{"Draws the message flow through several nodes", "flow-merge"};
  bool mermaid = false;
  bool svg = false;
  std::vector<std::string> files;
  app.add_flag("--svg", svg, "as an SVG document (default)");
  app.add_flag("--mermaid", mermaid, "as text for Mermaid")->excludes("--svg");
  app
    .add_option("FILES", files,
                "[NAME=]FILE: what a program wrote with --flow-file, from left to right")
    ->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& wrong) {
    std::cerr << "flow-merge: " + ockam::escaped(wrong.what()) + "; see --help\n";
    return 2;
  }
  std::vector<hello_ockam::flow_node> nodes;
  for (const auto& each : files)
    nodes.push_back(read(each));
  const auto flow = hello_ockam::draw(nodes);
  std::cout << (mermaid ? to_mermaid(flow) : to_svg(flow));
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  return hello_ockam::run_and_report("flow-merge", [&] { return run(argc, argv); });
}
