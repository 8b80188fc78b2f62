#include "hello_ockam/flow_file.hpp"

#include "ockam/protocol/text.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace hello_ockam {

namespace {

constexpr std::array kinds{"delivery", "write", "read", "drop"};

flow_step::kind kind_of(const std::string& text) {
  for (std::size_t i = 0; i < kinds.size(); ++i)
    if (text == kinds[i])
      return static_cast<flow_step::kind>(i);
  throw std::runtime_error{ockam::escaped(text)
                           + " is no step; known are delivery, write, read and drop"};
}

std::runtime_error cannot(const std::string& what, const std::string& file) {
  return std::runtime_error{"cannot " + what + " the flow file " + ockam::escaped(file) + ": "
                            + std::strerror(errno)};
}

flow_step step_from(const std::string& line) {
  const auto json = nlohmann::json::parse(line);
  return {.what = kind_of(json.at("step").get<std::string>()),
          .from = json.at("from").get<std::string>(),
          .to = json.at("to").get<std::string>(),
          .onward_route = json.at("onward_route").get<std::vector<std::string>>(),
          .return_route = json.at("return_route").get<std::vector<std::string>>(),
          .payload_bytes = json.at("payload_bytes").get<std::size_t>(),
          .content = json.at("content").get<std::string>()};
}

} // namespace

flow_file::flow_file(const std::string& name) : out_{name, std::ios::trunc} {
  if (!out_)
    throw cannot("write", name);
}

void flow_file::write(const flow_step& step) {
  const nlohmann::ordered_json json{{"step", kinds.at(static_cast<std::size_t>(step.what))},
                                    {"from", step.from},
                                    {"to", step.to},
                                    {"onward_route", step.onward_route},
                                    {"return_route", step.return_route},
                                    {"payload_bytes", step.payload_bytes},
                                    {"content", step.content}};
  out_ << json.dump() + "\n" << std::flush;
}

flow_node read_flow_file(const std::string& node, const std::string& file) {
  std::ifstream in{file};
  if (!in)
    throw cannot("read", file);
  flow_node read;
  read.name = node;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    try {
      read.steps.push_back(step_from(line));
    } catch (const std::exception& wrong) {
      throw std::runtime_error{ockam::escaped(file) + ":" + std::to_string(number)
                               + " is no step of a message flow: " + ockam::escaped(wrong.what())};
    }
  }
  return read;
}

} // namespace hello_ockam
