#include "peers.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace ockam::test {

namespace {

constexpr auto expected = "App Received: Hello Ockam!";

/// The folder of a release under the folder of the Rust programs.
std::string_view release_of(maker by) {
  return by == maker::rust_0_150 ? "0.150.0" : "0.139.0";
}

std::string path_of(maker release, const std::string& role) {
  auto path = std::string{OCKAM_INTEROP_PEERS} + '/' + std::string{release_of(release)} + '/'
              + role;
  if (!std::filesystem::exists(path))
    throw std::runtime_error{"there is no " + path + "; scripts/interop"
                             + (release == maker::rust_0_139 ? " --all" : "") + " builds it"};
  return path;
}

} // namespace

std::string_view to_string(maker by) noexcept {
  constexpr std::string_view names[] = {"Cpp", "Rust0150", "Rust0139"};
  return names[static_cast<std::size_t>(by)];
}

std::ostream& operator<<(std::ostream& out, maker by) {
  return out << to_string(by);
}

std::string name_of(const testing::TestParamInfo<maker>& info) {
  return std::string{to_string(info.param)};
}

std::string names_joined(std::initializer_list<maker> makers) {
  std::string all;
  for (const auto each : makers)
    all += (all.empty() ? "" : "To") + std::string{to_string(each)};
  return all;
}

interop_test::~interop_test() {
  processes_.clear();
}

void interop_test::TearDown() {
  if (HasFailure())
    keep_logs();
  processes_.clear();
  nodes_test::TearDown();
}

void interop_test::keep_logs() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  auto name = std::string{test->test_suite_name()} + '.' + test->name();
  std::ranges::replace(name, '/', '_');
  const auto folder = std::filesystem::path{OCKAM_INTEROP_LOGS} / name;
  std::filesystem::create_directories(folder);
  int number = 0;
  for (auto& each : processes_)
    std::ofstream{folder / ("peer-" + std::to_string(++number) + ".log")} << each.told_so_far();
  std::ofstream own{folder / "this-node.log"};
  for (const auto& line : logged_lines())
    own << line << '\n';
  std::cout << "logs: " << folder.string() << '\n';
}

process& interop_test::start(const std::string& program, std::vector<std::string> arguments) {
  return processes_.emplace_back(program, std::move(arguments), environment);
}

process& interop_test::start_rust(maker release, const std::string& role,
                                  std::vector<std::string> options) {
  return start(path_of(release, role), std::move(options));
}

listening_peer interop_test::start_responder(maker by) {
  auto& program = by == maker::cpp ? start("04-routing-over-transport-responder", {"127.0.0.1:0"})
                                   : start_rust(by, "responder", {"--listen", "127.0.0.1:0"});
  return {&program, program.wait_until_listening()};
}

listening_peer interop_test::start_middle(maker by, const std::string& responder) {
  auto& program = by == maker::cpp
                    ? start("04-routing-over-transport-two-hops-middle", {responder, "127.0.0.1:0"})
                    : start_rust(by, "middle", {"--connect", responder, "--listen", "127.0.0.1:0"});
  return {&program, program.wait_until_listening()};
}

bool interop_test::receives_reply(const std::string& program, std::vector<std::string> arguments) {
  auto& running = start(program, std::move(arguments));
  const auto found = running.find_line(expected, process_timeout).has_value();
  return found && running.wait().status == 0;
}

bool interop_test::initiator_receives_reply(maker by, const std::string& address) {
  return by == maker::cpp ? receives_reply("04-routing-over-transport-initiator", {address})
                          : receives_reply(path_of(by, "initiator"), {"--connect", address});
}

bool interop_test::two_hops_initiator_receives_reply(maker by, const std::string& address) {
  return by == maker::cpp
           ? receives_reply("04-routing-over-transport-two-hops-initiator", {address})
           : receives_reply(path_of(by, "initiator"),
                            {"--connect", address, "--to", "forward_to_responder,echoer"});
}

listening_peer interop_test::start_listener(maker release, const std::vector<std::string>& admitted,
                                            std::vector<std::string> options) {
  for (const auto& name : admitted)
    options.insert(options.end(), {"--admit", name});
  if (std::ranges::find(options, "--listen") == options.end())
    options.insert(options.end(), {"--listen", "127.0.0.1:0"});
  auto& program = start_rust(release, "listener", std::move(options));
  return {&program, program.wait_until_listening()};
}

outcome interop_test::run_initiator(maker release, const std::string& address,
                                    std::vector<std::string> options) {
  options.insert(options.end(), {"--connect", address});
  return start_rust(release, "initiator", std::move(options)).wait(std::chrono::seconds{60});
}

std::vector<std::string> replies_in(const outcome& ended) {
  std::vector<std::string> lines;
  for (const auto& line : ended.out)
    for (const auto* word : {"App ", "No ", "Received ", "Sent "})
      if (line.starts_with(word))
        lines.push_back(line);
  return lines;
}

} // namespace ockam::test
