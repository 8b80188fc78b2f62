#include "test_node.hpp"

#include "metrics_text.hpp"

#include "ockam/actors/caf_compat.hpp"
#include "ockam/actors/type_ids.hpp"

#include <algorithm>
#include <thread>

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

namespace ockam::test {

namespace {

class captured_log final : public spdlog::sinks::base_sink<std::mutex> {
public:
  void clear() {
    const std::lock_guard guard{mutex_};
    lines_.clear();
  }
  lines all() {
    const std::lock_guard guard{mutex_};
    return lines_;
  }

protected:
  void sink_it_(const spdlog::details::log_msg& line) override {
    const auto level = spdlog::level::to_string_view(line.level);
    lines_.push_back(std::string{level.data(), level.size()} + ": "
                     + std::string{line.payload.data(), line.payload.size()});
  }
  void flush_() override {}

private:
  lines lines_;
};

std::shared_ptr<captured_log> log_of_the_program() {
  static const auto sink = std::make_shared<captured_log>();
  return sink;
}

} // namespace

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(std::chrono::microseconds{200});
  }
  return true;
}

lines logged_lines() {
  return log_of_the_program()->all();
}

void forget_log() {
  log_of_the_program()->clear();
}

bool logged(std::initializer_list<std::string_view> parts) {
  return eventually([&] {
    return std::ranges::any_of(logged_lines(), [&](const std::string& line) {
      return std::ranges::all_of(parts, [&](std::string_view part) {
        return line.find(part) != std::string::npos;
      });
    });
  });
}

small_system::small_system() {
  compat::set_threads(config_, 2);
  system_.emplace(config_);
}

bool small_system::becomes_quiet() {
  return eventually([&] { return compat::running_actors(*system_) == 0; });
}

void expect_all_messages_accounted_for(const metrics& counted) {
  EXPECT_EQ(counted.in_flight(), 0u) << text_of(counted);
}

void expect_settled(ockam::node& stopped) {
  eventually([&] { return stopped.metrics().in_flight() == 0; });
  expect_all_messages_accounted_for(stopped.metrics());
}

node_test::node_test(node_options options)
  : owned_{std::in_place, *system, std::move(options)}, node{*owned_} {
  forget_log();
}

void node_test::TearDown() {
  node.stop();
  expect_settled(node);
  EXPECT_EQ(node.list_workers(), std::vector<address>{});
  owned_.reset();
  EXPECT_TRUE(system.becomes_quiet()) << compat::running_actors(*system) << " actors are left";
}

} // namespace ockam::test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  ockam::compat::init_message_types<caf::id_block::ockam>();
  auto logger = std::make_shared<spdlog::logger>("ockam", ockam::test::log_of_the_program());
  logger->set_level(spdlog::level::debug);
  spdlog::register_logger(logger);
  return RUN_ALL_TESTS();
}
