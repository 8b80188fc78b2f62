
#include "actors/test_node.hpp"

#include "ockam/transports/io/inline_executor.hpp"

#include <gtest/gtest.h>

namespace ockam::test {
namespace {

struct idle_io final : sdk::batched_io {
  void flush() override {}
  void read_on() override {}
};

/// A thread that a handler has kept until then must not go on with it either.
TEST(InlineExecutor, MAP16_ALoopThatHasEndedBelongsToNoThread) {
  small_system system;
  sdk::inline_executor actors{*system};
  std::shared_ptr<sdk::batched_io> output = std::make_shared<idle_io>();
  ASSERT_TRUE(actors.take_over(actors.steps()));
  EXPECT_TRUE(actors.flush_later(output));
  EXPECT_TRUE(actors.run_ready());
  actors.leave();
  output = std::make_shared<idle_io>();
  EXPECT_FALSE(actors.flush_later(output));
  EXPECT_TRUE(output) << "it is left as it was";
  EXPECT_FALSE(actors.is_this_thread());
}

} // namespace
} // namespace ockam::test
