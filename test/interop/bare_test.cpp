// Transports that speak BARE. Release 0.150 reads there, and asks over WebSocket; it cannot answer
// (rust/README.md).

#include "peers.hpp"
#include "temporary_directory.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/transports/uds.hpp"
#if OCKAM_HAVE_WEBSOCKET
#  include "ockam/transports/websocket.hpp"
#endif

namespace ockam::test {
namespace {

class Bare : public interop_test {
protected:
  node& own = start_node();

  process& start_printer(const std::string& over, const std::string& at) {
    return start_rust(maker::rust_0_150, "bare-printer", {"--over", over, "--listen", at});
  }

  /// The Rust node says what we send to it over `through`.
  void expect_read(process& printer, const connection& through, const std::string& text) {
    own.send({through, "printer"}, text);
    EXPECT_TRUE(printer.find_line("Received: " + text, process_timeout));
  }
};

TEST_F(Bare, UDS1_ARustNodeReadsWhatWeWrite) {
  const temporary_directory directory; // the Rust node leaves its socket there
  const auto path = directory / "socket";
  auto& printer = start_printer("uds", path);
  auto uds = uds::transport::create(own);
  const auto connection = uds.connect(printer.wait_until_listening());
  expect_read(printer, connection, "Hello Ockam!");
  expect_read(printer, connection, std::string(60'000, 'x'));
}

#if OCKAM_HAVE_WEBSOCKET

class BareWebSocket : public Bare {
protected:
  websocket::transport ws = websocket::transport::create(own);

  /// What a Rust node says that asked our `echoer`.
  std::vector<std::string> asked_by_rust(std::vector<std::string> arguments = {}) {
    own.start_worker("echoer", echoer{});
    const auto listener = ws.listen("127.0.0.1:0");
    own.flow_controls().add_consumer("echoer", listener.flow_control_id());
    const auto place = listener.socket_address().substr(std::string_view{"ws://"}.size());
    arguments.insert(arguments.end(), {"--connect", place});
    return replies_in(start_rust(maker::rust_0_150, "websocket-initiator", std::move(arguments))
                        .wait(std::chrono::seconds{60}));
  }
};

using lines = std::vector<std::string>;

TEST_F(BareWebSocket, WS1_ARustNodeReadsWhatWeWrite) {
  auto& printer = start_printer("websocket", "127.0.0.1:0");
  const auto connection = ws.connect(printer.wait_until_listening());
  expect_read(printer, connection, "Hello Ockam!");
  expect_read(printer, connection, std::string(1'000'000, 'x'));
}

TEST_F(BareWebSocket, WS1_WS2_OurEchoerAnswersARustNode) {
  EXPECT_EQ(asked_by_rust(), lines{"App Received: Hello Ockam!"});
}

TEST_F(BareWebSocket, WS1_OurEchoerAnswersLargeMessages) {
  const std::string text(1'000'000, 'a');
  EXPECT_TRUE(asked_by_rust({"--size", std::to_string(text.size())})
              == lines{"App Received: " + text});
}

#endif

} // namespace
} // namespace ockam::test
