#include "error_of.hpp"
#include "peers.hpp"
#include "rust_bodies.hpp"
#include "typed_echoer.hpp"

#include "ockam/protocol/codec.hpp"

#include <gmock/gmock.h>

namespace ockam::test {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

/// The temporary address of a request, as its requester makes it. Ours says that it takes errors.
const std::string of_rust(32, 'a');
const auto of_ours = of_rust + "+e1";

/// The largest payload of a request to `raw`, and of its reply: with both routes, a frame of 16 MiB.
std::size_t largest_payload(const std::string& temporary) {
  const std::size_t nearly = (16u << 20) - 200;
  const message sample{"raw", temporary, shared_bytes::adopt(bytes(nearly))};
  return nearly + default_max_frame_size - encoded_size(sample);
}

std::vector<std::size_t> sizes_up_to(std::size_t largest) {
  return {0, 1, 23, 24, 255, 256, 65'535, 65'536, 1u << 20, largest};
}

class Payloads : public rust_test {};

TEST_P(Payloads, TCP22_OfEverySizeReachRustAndComeBack) {
  const auto peer = start_listener(GetParam(), {"raw"});
  tcp_node own{start_node()};
  const auto connection = own.tcp.connect(peer.address);
  for (const auto size : sizes_up_to(largest_payload(of_ours))) {
    SCOPED_TRACE(size);
    const auto sent = raw_pattern(size);
    EXPECT_EQ(own.node.send_and_receive<raw_body>({connection, "raw"}, sent), sent);
  }
}

TEST_P(Payloads, TCP22_OfEverySizeComeFromRustAndReturn) {
  tcp_node own{start_node()};
  const auto listener = own.listen();
  start_echoer<raw_body>(own, listener, "raw");
  for (const auto size : sizes_up_to(largest_payload(of_rust)))
    EXPECT_THAT(
      replies_in(run_initiator(GetParam(), listener.socket_address(),
                               {"--to", "raw", "--as", "raw", "--size", std::to_string(size)})),
      ElementsAre(StartsWith("App Received: " + std::to_string(size) + " bytes ")));
}

TEST_P(Payloads, TCP22_TextsAroundTheSizesOfTheirLength) {
  const auto peer = start_listener(GetParam(), {"echoer"});
  tcp_node own{start_node()};
  const auto connection = own.tcp.connect(peer.address);
  for (const std::size_t size : {1u, 127u, 128u, 16'383u, 16'384u, 65'536u}) {
    SCOPED_TRACE(size);
    const std::string text(size, 'a');
    EXPECT_TRUE(own.node.send_and_receive<std::string>({connection, "echoer"}, text) == text);
  }
}

TEST_P(Payloads, TCP23_OneByteTooManyFailsAloneHere) {
  const auto peer = start_listener(GetParam(), {"raw"});
  tcp_node own{start_node()};
  const auto connection = own.tcp.connect(peer.address);
  const auto refused = own.node.root().send_and_receive<raw_body>(
    {connection, "raw"}, raw_pattern(largest_payload(of_ours) + 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(error_of(refused).code(), errc::message_too_large);
  EXPECT_EQ(own.node.send_and_receive<raw_body>({connection, "raw"}, raw_pattern(3)),
            raw_pattern(3));
}

TEST_P(Payloads, TCP23_ERR11_OneByteTooManyMakesARustNodeCloseTheConnection) {
  tcp_node own{start_node()};
  const connection_journal journal;
  const auto listener = own.listen({.connection = {.observer = journal.observer()}});
  start_echoer<raw_body>(own, listener, "raw");
  auto& peer = start_rust(GetParam(), "initiator",
                          {"--connect", listener.socket_address(), "--to", "raw", "--as", "raw",
                           "--size", std::to_string(largest_payload(of_rust) + 1)});
  EXPECT_TRUE(journal.wait_for(connection_event::kind::closed));
  EXPECT_FALSE(peer.find_line("App ", 100ms));
}

INSTANTIATE_TEST_SUITE_P(Interop, Payloads, testing::ValuesIn(rust_makers), name_of);

} // namespace
} // namespace ockam::test
