// What Rust nodes send, frame by frame: written to data/rust_*.hex by `scripts/interop --record`, and
// otherwise compared with it, but for the random addresses.

#include "captured_frames.hpp"
#include "frame_proxy.hpp"
#include "peers.hpp"
#include "rust_bodies.hpp"
#include "typed_echoer.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/protocol/codec.hpp"

#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>

#include <gmock/gmock.h>

namespace ockam::test {
namespace {

class Record : public rust_test {
protected:
  tcp_node own{start_node()};
  tcp::listener listener = own.listen();

  /// Sees what comes from the Rust node.
  frame_proxy::direction seeing() {
    return {.version =
              [this](bytes byte) {
                keep(byte);
                return byte;
              },
            .body =
              [this](bytes body) {
                keep(body);
                return body;
              }};
  }

  void keep(const bytes& seen) {
    const std::lock_guard guard{mutex_};
    seen_.push_back(seen);
  }

  /// Names the frame that was seen last.
  void name_last(const std::string& name) {
    const std::lock_guard guard{mutex_};
    ASSERT_FALSE(seen_.empty()) << name;
    frames_.push_back({name, seen_.back()});
  }

  /// What a Rust initiator sends.
  void record_request(const std::string& name, std::vector<std::string> options,
                      const char* role = "initiator") {
    const frame_proxy proxy{listener.port(), seeing(), {}};
    options.insert(options.end(), {"--connect", proxy.address()});
    const auto ended = start_rust(GetParam(), role, std::move(options)).wait();
    EXPECT_EQ(replies_in(ended).size(), 1u) << testing::PrintToString(ended);
    name_last(name);
  }

  void record_requests() {
    start_echoer<std::string>(own, listener, "echoer");
    start_echoer<raw_body>(own, listener, "raw");
    own.node.start_worker("h2", hop{});
    own.flow_controls().add_consumer("h2", listener.flow_control_id());
    record_request("request.text", {});
    record_request("request.many-hops", {"--to", "h2,h2,echoer"}, "many-hops");
    record_request("request.text-of-many-scripts", {"--text", "Grüße 你好 שלום 🦀"});
    for (const auto* each : {"numbers", "count", "nothing", "something", "reading"})
      record_request(std::string{"request."} + each,
                     {"--to", "raw", "--as", each, "--size", "517"});
    record_request("request.bytes", {"--to", "raw", "--as", "bytes", "--size", "5"});
    record_request("request.empty", {"--to", "raw", "--as", "raw", "--size", "0"});
    // payloads of 23, 24, 255, 256, 65535 and 65536 bytes, with the length of the text in front
    for (const auto size : {22, 23, 253, 254, 65'532, 65'533})
      record_request("request.text-of-" + std::to_string(size), {"--size", std::to_string(size)});
  }

  /// What Rust nodes answer, push and relay.
  void record_replies() {
    const auto peer = start_listener(GetParam(), {"echoer", "h2"}, {"--hop", "h2"});
    const frame_proxy proxy{port_in(peer.address), {}, seeing()};
    const auto c = own.tcp.connect(proxy.address());
    EXPECT_EQ(ask(own.node, {c, "echoer"}), "Hello Ockam!");
    name_last("reply.text");
    EXPECT_EQ(ask(own.node, {c, "h2", "h2", "echoer"}), "Hello Ockam!");
    name_last("reply.many-hops");
    auto mailbox = own.node.make_endpoint("mailbox");
    own.flow_controls().add_consumer("mailbox", c.flow_control_id());
    ASSERT_TRUE(mailbox.send({c, "control"}, std::string{"push mailbox 1"}));
    EXPECT_EQ(mailbox.receive<std::string>().value().body(), "0");
    EXPECT_EQ(mailbox.receive<std::string>().value().body(), "done");
    name_last("reply.pushed");
    static_cast<void>(c.try_close());
  }

  void record_relayed() {
    const frame_proxy to_responder{listener.port(), seeing(), {}};
    auto& middle = start_rust(GetParam(), "middle", {"--connect", to_responder.address()});
    const frame_proxy to_middle{port_in(middle.wait_until_listening()), {}, {}};
    const auto c = own.tcp.connect(to_middle.address());
    EXPECT_EQ(ask(own.node, {c, "forward_to_responder", "echoer"}), "Hello Ockam!");
    name_last("relayed.text");
    static_cast<void>(c.try_close());
  }

  std::vector<captured_frame> frames_;

private:
  std::mutex mutex_;
  std::vector<bytes> seen_;
};

std::string file_of(maker release) {
  return release == maker::rust_0_150 ? "rust_0.150.0.hex" : "rust_0.139.0.hex";
}

void write_to(const std::string& path, maker release, const std::vector<captured_frame>& frames) {
  std::ofstream out{path};
  out << "# Messages that nodes of the Rust crate ockam have sent over TCP, release "
      << file_of(release).substr(5, 7) << ".\n"
      << "# Written by scripts/interop --record. One a line, without the length in front: name, "
         "bytes,\n"
      << "# what they are. (61*3) stands for 61 61 61.\n";
  for (const auto& each : frames)
    out << each.name << ' ' << to_packed_hex(each.body) << " # "
        << to_string(decode_message(shared_bytes::adopt(bytes{each.body})).value()) << '\n';
}

TEST_P(Record, TCP22_WhatRustSendsIsWhatWasRecorded) {
  record_requests();
  record_replies();
  record_relayed();
  if (const auto* folder = std::getenv("OCKAM_INTEROP_RECORD"))
    write_to(std::string{folder} + '/' + file_of(GetParam()), GetParam(), frames_);

  const auto stored = read_captured_frames(file_of(GetParam()));
  ASSERT_EQ(stored.size(), frames_.size());
  for (std::size_t i = 0; i < stored.size(); ++i) {
    EXPECT_EQ(stored[i].name, frames_[i].name);
    EXPECT_EQ(to_packed_hex(without_random(stored[i].body)),
              to_packed_hex(without_random(frames_[i].body)))
      << stored[i].name;
  }
}

INSTANTIATE_TEST_SUITE_P(Interop, Record, testing::ValuesIn(rust_makers), name_of);

} // namespace
} // namespace ockam::test
