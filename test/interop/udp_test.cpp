#include "peers.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/transports/udp.hpp"

namespace ockam::test {
namespace {

/// The parameter: a release of the crate. 0.150 speaks format B, 0.139 format A.
class UdpInterop : public rust_test {
protected:
  node& own = start_node();
  udp::transport udp = udp::transport::create(own);

  [[nodiscard]] udp::bind_options options() const {
    auto all = udp.default_bind_options();
    all.format = GetParam() == maker::rust_0_150 ? datagram_format::b : datagram_format::a;
    return all;
  }

  [[nodiscard]] udp::bind_options options_for(const std::string& peer) const {
    auto all = options();
    all.peer = peer;
    return all;
  }

  /// A Rust node with an open binding, whose workers `admitted` may be reached.
  std::string start_rust_responder(const std::vector<std::string>& admitted) {
    std::vector<std::string> arguments{"--listen", "127.0.0.1:0"};
    for (const auto& name : admitted)
      arguments.insert(arguments.end(), {"--admit", name});
    return start_rust(GetParam(), "udp-responder", std::move(arguments)).wait_until_listening();
  }

  /// What the Rust node says that asked our `echoer` behind `binding`.
  std::vector<std::string> asked_by_rust(const udp::binding& binding,
                                         std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.end(), {"--connect", binding.socket_address()});
    return replies_in(
      start_rust(GetParam(), "udp-initiator", std::move(arguments)).wait(std::chrono::seconds{60}));
  }

  udp::binding bind_with_echoer() {
    own.start_worker("echoer", echoer{});
    auto bound = udp.bind("127.0.0.1:0", options());
    own.flow_controls().add_consumer("echoer", bound.flow_control_id());
    return bound;
  }
};

using lines = std::vector<std::string>;
const lines answered{"App Received: Hello Ockam!"};

route over(const udp::binding& bound, const std::string& peer, const std::string& worker) {
  return {bound, address{transport_type::udp, peer}, worker};
}

TEST_P(UdpInterop, UDP2_UDP7_ARustEchoerAnswersAnOpenBinding) {
  const auto peer = start_rust_responder({"echoer"});
  EXPECT_EQ(ask(own, over(udp.bind("127.0.0.1:0", options()), peer, "echoer")), "Hello Ockam!");
}

TEST_P(UdpInterop, UDP2_UDP7_ARustEchoerAnswersATiedBinding) {
  const auto peer = start_rust_responder({"echoer"});
  EXPECT_EQ(ask(own, {udp.bind("127.0.0.1:0", options_for(peer)), "echoer"}), "Hello Ockam!");
}

TEST_P(UdpInterop, UDP4_EveryLengthOfThePartsOfAMessage) {
  const auto peer = start_rust_responder({"echoer"});
  const auto bound = udp.bind("127.0.0.1:0", options());
  const auto along = over(bound, peer, "echoer");
  // from here on each length of the last part, an empty one included, in both directions
  for (std::size_t size = 900; size <= 900 + default_datagram_size; ++size) {
    const std::string text(size, 'a');
    ASSERT_EQ(ask(own, along, text), text) << size;
  }
}

TEST_P(UdpInterop, UDP4_UDP6_AMessageOfManyParts) {
  const auto peer = start_rust_responder({"echoer"});
  const std::string text(40'000, 'x');
  EXPECT_TRUE(ask(own, over(udp.bind("127.0.0.1:0", options()), peer, "echoer"), text) == text);
}

TEST_P(UdpInterop, UDP4_TheFormatThatIsNotWrittenIsReadToo) {
  const journal book;
  own.start_worker("inbox",
                   [=](context&, const routed<std::string>& what) { book.write(what.body()); });
  auto other = options();
  other.format = other.format == datagram_format::a ? datagram_format::b : datagram_format::a;
  const auto bound = udp.bind("127.0.0.1:0", std::move(other));
  own.flow_controls().add_consumer("inbox", bound.flow_control_id());
  EXPECT_NE(asked_by_rust(bound, {"--to", "inbox", "--limit-ms", "100"}), answered);
  EXPECT_EQ(book.wait_for(1), lines{"Hello Ockam!"});
}

TEST_P(UdpInterop, UDP7_UDP9_OurEchoerAnswersRustNodes) {
  const auto bound = bind_with_echoer();
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(asked_by_rust(bound), answered);
  EXPECT_EQ(asked_by_rust(bound, {"--tied"}), answered);
}

TEST_P(UdpInterop, UDP7_AReplyCanBeAnsweredAlongItsReturnRoute) {
  const auto bound = bind_with_echoer();
  EXPECT_EQ(asked_by_rust(bound, {"--again"}), (lines{answered.front(), answered.front()}));
}

TEST_P(UdpInterop, UDP4_UDP6_OurEchoerSendsBackMessagesOfManyParts) {
  const auto bound = bind_with_echoer();
  const std::string text(40'000, 'a');
  EXPECT_TRUE(asked_by_rust(bound, {"--size", std::to_string(text.size())})
              == lines{"App Received: " + text});
}

TEST_P(UdpInterop, FCU4_ARustWorkerThatIsNoConsumerIsOutOfReach) {
  const auto peer = start_rust_responder({"echoer"});
  const auto bound = udp.bind("127.0.0.1:0", options());
  EXPECT_EQ(ask(own, over(bound, peer, "bytes"), "Hello", 300ms), "timeout");
  EXPECT_EQ(ask(own, over(bound, peer, "echoer")), "Hello Ockam!");
}

TEST_P(UdpInterop, FCU4_OurWorkerThatIsNoConsumerIsOutOfReach) {
  own.start_worker("echoer", echoer{});
  const auto bound = udp.bind("127.0.0.1:0", options());
  const auto replies = asked_by_rust(bound, {"--limit-ms", "500"});
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_TRUE(replies.front().starts_with("No reply")) << replies.front();
}

INSTANTIATE_TEST_SUITE_P(Interop, UdpInterop, testing::ValuesIn(rust_makers), name_of);

} // namespace
} // namespace ockam::test
