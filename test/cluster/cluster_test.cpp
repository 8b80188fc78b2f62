#include "caf_node.hpp"
#include "error_of.hpp"
#include "process.hpp"

#include "ockam/actors/workers.hpp"

#include <csignal>

#include <gtest/gtest.h>

// A cluster of CAF nodes serves Ockam addresses: the second node is a process of its own.

namespace ockam::test {
namespace {

class Cluster : public testing::Test {
protected:
  static void SetUpTestSuite() {
    compat::init_message_types<caf::id_block::ockam>();
    init_middleman_types();
  }

  std::uint16_t port_of(const std::string& what) {
    return static_cast<std::uint16_t>(std::stoul(member.wait_for_line(what + " at ")));
  }
  void expose_far_worker() { node.expose("far", self.find<worker_actor>(port_of("worker"))); }

  caf_node self;
  ockam::node node{*self};
  process member{OCKAM_CLUSTER_MEMBER, {std::to_string(self.publish(node.router()))}};
};

TEST_F(Cluster, MAP2_AServiceOnAnotherCafNodeAnswersAtAnAddress) {
  expose_service<std::string, std::string>(node, "shouter",
                                           self.find<text_service>(port_of("service")));
  EXPECT_EQ((node.send_and_receive<std::string>("shouter", std::string{"far"})), "far!");
}

TEST_F(Cluster, MAP2_LMS9_AWorkerOnAnotherCafNodeGetsTheMessageWithoutWhatIsLocal) {
  expose_far_worker();
  node.start_worker("hop", hop{});
  ASSERT_TRUE(node.root().send_with_local_info(route{"hop", "far"}, std::string{"hello"},
                                               {{"note", {1, 2, 3}}}));
  const auto reply = node.receive<std::string>();
  EXPECT_EQ(reply.body(), "hello, 0 notes, from '0#'");
  EXPECT_EQ(reply.return_route(), (route{"hop", "far"}));
  EXPECT_EQ(node.metrics().in_flight(), 0u);
}

TEST_F(Cluster, ROU4_TheAddressGoesWithTheCafNode) {
  expose_far_worker();
  ASSERT_TRUE(node.is_registered("far"));
  member.end_with(SIGKILL);
  const auto end = std::chrono::steady_clock::now() + process_timeout;
  auto sent = node.root().send("far", std::string{"are you there?"});
  while (sent && std::chrono::steady_clock::now() < end)
    sent = node.root().send("far", std::string{"are you there?"});
  ASSERT_FALSE(sent);
  EXPECT_EQ(error_of(sent), errc::not_found);
}

TEST(ForgottenTypeIds, TheErrorShowsTheLineToAdd) {
  const auto ended = run(OCKAM_CLUSTER_MEMBER, {"--forgetful"});
  EXPECT_EQ(ended.status, 1);
  ASSERT_EQ(ended.err.size(), 1u);
  EXPECT_NE(ended.err.front().find("CAF_MAIN(caf::id_block::ockam)"), std::string::npos)
    << ended.err.front();
  EXPECT_NE(ended.err.front().find(compat::how_to_register), std::string::npos);
}

} // namespace
} // namespace ockam::test
