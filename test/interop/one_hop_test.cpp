#include "peers.hpp"

namespace ockam::test {
namespace {

/// The parameter: the maker of the initiator, that of the responder.
class OneHop : public interop_test, public testing::WithParamInterface<std::tuple<maker, maker>> {};

TEST_P(OneHop, FC1_TheReplyOfTheEchoerComesBack) {
  const auto [initiator, responder] = GetParam();
  const auto peer = start_responder(responder);
  EXPECT_TRUE(initiator_receives_reply(initiator, peer.address));
}

TEST_P(OneHop, FC9_OneInitiatorAfterTheOtherIsAnswered) {
  const auto [initiator, responder] = GetParam();
  const auto peer = start_responder(responder);
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(initiator_receives_reply(initiator, peer.address));
}

INSTANTIATE_TEST_SUITE_P(Interop, OneHop,
                         testing::Combine(testing::ValuesIn(all_makers),
                                          testing::ValuesIn(all_makers)),
                         [](const auto& info) {
                           return names_joined({std::get<0>(info.param), std::get<1>(info.param)});
                         });

} // namespace
} // namespace ockam::test
