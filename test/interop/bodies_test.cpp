#include "peers.hpp"
#include "rust_bodies.hpp"
#include "typed_echoer.hpp"

#include <gmock/gmock.h>

namespace ockam::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;
using testing::StartsWith;

const std::vector<std::string> scripts{
  "Grüße, Ærøskøbing",
  "Γειά σου Κόσμε",
  "Привет, мир",
  "שלום עולם",
  "مرحبا بالعالم",
  "नमस्ते दुनिया",
  "สวัสดีชาวโลก",
  "你好，世界",
  "こんにちは世界",
  "안녕하세요",
  "🦀🐙 e\u0301 \U0001F468\u200D\U0001F469\u200D\U0001F467",
};

/// Each body is decoded and encoded again at the other node.
class BodiesToRust : public rust_test {
protected:
  listening_peer peer = start_listener(GetParam(), {"echoer", "bytes", "raw", "numbers", "count",
                                                    "maybe", "reading"});
  tcp_node own{start_node()};
  connection c = own.tcp.connect(peer.address);

  template <class T>
  T echoed(const char* worker, const T& body) {
    return own.node.send_and_receive<T>({c, worker}, body);
  }
};

TEST_P(BodiesToRust, MTY1_TextsOfManyScripts) {
  for (const auto& text : scripts)
    EXPECT_EQ(echoed("echoer", text), text);
  EXPECT_EQ(echoed("echoer", std::string{}), "");
  EXPECT_EQ(echoed("echoer", std::string(1, '\0') + "after a zero"),
            std::string(1, '\0') + "after a zero");
}

TEST_P(BodiesToRust, MTY1_Integers) {
  EXPECT_EQ(echoed("numbers", numbers{}), numbers{});
  for (const std::uint64_t count : {std::uint64_t{0}, std::uint64_t{1} << 32, UINT64_MAX})
    EXPECT_EQ(echoed("count", count), count); // a struct of one field is its field
}

TEST_P(BodiesToRust, MTY1_Optionals) {
  using maybe = std::optional<std::uint16_t>;
  EXPECT_EQ(echoed("maybe", maybe{}), maybe{});
  EXPECT_EQ(echoed("maybe", maybe{0xffff}), maybe{0xffff});
}

TEST_P(BodiesToRust, MTY1_AStructWithAnEnum) {
  EXPECT_EQ(echoed("reading", reading{}), reading{});
  EXPECT_EQ(echoed("reading", reading{.note = {}, .samples = {}, .level = no_body{}}),
            (reading{.note = {}, .samples = {}, .level = no_body{}}));
  EXPECT_EQ(echoed("reading", reading{.level = std::uint8_t{7}}),
            (reading{.level = std::uint8_t{7}}));
}

TEST_P(BodiesToRust, MTY3_RawBytesInBothDirections) {
  EXPECT_EQ(echoed("raw", raw_pattern(300)), raw_pattern(300));
}

TEST_P(BodiesToRust, MTY3a_AByteVectorHasALengthUntil0147AndNoneAfter) {
  // at a worker whose message is Vec<u8>: what has a length in front comes back either way, what
  // has none only if none is expected
  EXPECT_EQ(echoed("bytes", pattern(300)), pattern(300));
  const raw_body without_length{shared_bytes::adopt(bytes(300, 0xff))};
  const auto reply = own.node.root().send_and_receive<raw_body>({c, "bytes"}, without_length,
                                                                {.timeout = 2s});
  EXPECT_EQ(reply.has_value(), GetParam() == maker::rust_0_150);
}

TEST_P(BodiesToRust, ERR15_ABodyThatIsNoTextIsNotAnsweredAndTheConnectionStays) {
  const raw_body too_short{shared_bytes::adopt(bytes{5, 'a'})}; // five characters, says the length
  const auto reply = own.node.root().send_and_receive<raw_body>({c, "echoer"}, too_short,
                                                                {.timeout = 300ms});
  EXPECT_FALSE(reply);
  EXPECT_EQ(echoed("echoer", std::string{"still here"}), "still here");
}

INSTANTIATE_TEST_SUITE_P(Interop, BodiesToRust, testing::ValuesIn(rust_makers), name_of);

/// The same, asked by a Rust node: it compares what comes back with what it has sent.
class BodiesFromRust : public rust_test {
protected:
  tcp_node own{start_node()};
  tcp::listener listener = own.listen();

  std::vector<std::string> asked(const std::string& to, std::vector<std::string> options) {
    options.insert(options.end(), {"--to", to});
    return replies_in(run_initiator(GetParam(), listener.socket_address(), std::move(options)));
  }
};

TEST_P(BodiesFromRust, MTY1_TextsOfManyScripts) {
  start_echoer<std::string>(own, listener, "echoer");
  std::vector<std::string> options;
  std::vector<std::string> expected;
  for (const auto& text : scripts) {
    options.insert(options.end(), {"--text", text});
    expected.push_back("App Received: " + text);
  }
  EXPECT_EQ(asked("echoer", options), expected);
}

TEST_P(BodiesFromRust, MTY1_IntegersOptionalsAndAStruct) {
  start_echoer<numbers>(own, listener, "numbers");
  start_echoer<std::uint64_t>(own, listener, "count");
  start_echoer<std::optional<std::uint16_t>>(own, listener, "maybe");
  start_echoer<reading>(own, listener, "reading");
  EXPECT_THAT(asked("numbers", {"--as", "numbers"}),
              ElementsAre("App Received: Numbers(1, 515, 67438087, 18446744073709551615, -1, -2, "
                          "-3, -9223372036854775808)"));
  EXPECT_THAT(asked("count", {"--as", "count", "--size", "70000"}),
              ElementsAre("App Received: Count(70000)"));
  EXPECT_THAT(asked("maybe", {"--as", "nothing"}), ElementsAre("App Received: Maybe(None)"));
  EXPECT_THAT(asked("maybe", {"--as", "something", "--size", "517"}),
              ElementsAre("App Received: Maybe(Some(517))"));
  EXPECT_THAT(asked("reading", {"--as", "reading"}),
              ElementsAre(StartsWith("App Received: Reading { sensor: \"Kühlhaus 北\"")));
}

TEST_P(BodiesFromRust, MTY1_OurValuesAreTheirs) {
  std::optional<reading> seen;
  own.node.start_worker("reading", [&](context& ctx, const routed<reading>& received) {
    seen = received.body();
    return ctx.send(received.return_route(), *seen);
  });
  own.flow_controls().add_consumer("reading", listener.flow_control_id());
  EXPECT_THAT(asked("reading", {"--as", "reading"}), SizeIs(1));
  EXPECT_EQ(seen, reading{});
}

TEST_P(BodiesFromRust, MTY3a_AByteVectorHasALengthUntil0147AndNoneAfter) {
  if (GetParam() == maker::rust_0_139)
    start_echoer<bytes>(own, listener, "bytes");
  else
    start_echoer<raw_body>(own, listener, "bytes");
  EXPECT_THAT(asked("bytes", {"--as", "bytes", "--size", "300"}),
              ElementsAre(StartsWith("App Received: 300 bytes ")));
}

INSTANTIATE_TEST_SUITE_P(Interop, BodiesFromRust, testing::ValuesIn(rust_makers), name_of);

} // namespace
} // namespace ockam::test
