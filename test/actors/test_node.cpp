#include "test_node.hpp"

#include "ockam/actors/caf.hpp"
#include "ockam/actors/detail/caf_compat.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

namespace ockam::test {

namespace {

class captured_log final : public spdlog::sinks::base_sink<std::mutex> {
protected:
  void sink_it_(const spdlog::details::log_msg& line) override {
    const auto level = spdlog::level::to_string_view(line.level);
    keep_logged_line({level.data(), level.size()}, {line.payload.data(), line.payload.size()});
  }
  void flush_() override {}
};

} // namespace

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
  auto logger = std::make_shared<spdlog::logger>("ockam",
                                                 std::make_shared<ockam::test::captured_log>());
  logger->set_level(spdlog::level::debug);
  spdlog::register_logger(logger);
  return RUN_ALL_TESTS();
}
