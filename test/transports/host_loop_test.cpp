#include "test_nodes.hpp"

#include <asio/io_context.hpp>

namespace ockam::test {
namespace {

using HostLoopOptions = nodes_test;

TEST_F(HostLoopOptions, OptionsThatContradictEachOtherAreRefused) {
  asio::io_context loop;
  EXPECT_THROW((tcp_node{start_node(), {.io_threads = 2, .io_context = &loop}}), failure);
  EXPECT_THROW((tcp_node{start_node(), {.io_context = &loop, .poll_before_sleeping = 1us}}),
               failure);
}

} // namespace
} // namespace ockam::test
