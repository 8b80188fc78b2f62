// What senders learn of a link whose bytes the test moves.

#include "actors/test_node.hpp"

#include "error_of.hpp"

#include "ockam/transports/engine/link.hpp"
#include "ockam/transports/engine/stream_format.hpp"

namespace ockam::test {
namespace {

/// Moves nothing of its own accord.
class still_link final : public sdk::link {
public:
  using sdk::link::begin_again;
  using sdk::link::bytes_written;
  using sdk::link::expire_waiting;
  using sdk::link::finish;
  using sdk::link::link;
  using sdk::link::next_batch;
  using sdk::link::output;

private:
  void wake_writer(compat::execution_context*) override {}
  void wake_reader() override {}
  void begin_close() override {}
};

class notice final : public capacity_listener {
public:
  void wake() noexcept override { woken = true; }
  bool woken = false;
};

class LinkOutput : public node_test {
protected:
  LinkOutput() {
    sdk::link::setup setup{
      .connection
      = {.limits = {.max_pending_bytes = 1'000},
         .observer = [this](const connection_event& event) { events.push_back(event.what); }},
      .peer = "the test"};
    output = std::make_shared<still_link>(setup, sdk::tcp_format);
    EXPECT_TRUE(output->open(node.services(), std::move(setup)));
    EXPECT_TRUE(output->next_batch(batch)); // the version byte
    output->bytes_written(batch.size());
    batch.clear();
    output->output().set_keep_for(1s);
  }
  void TearDown() override {
    output->finish(std::nullopt, batch);
    node_test::TearDown();
  }

  [[nodiscard]] route beyond() const { return {output->sender_address(), "far"}; }

  /// Waits for room for a message that is refused now.
  void expect_no_room() {
    EXPECT_EQ(error_of(node.root().send(beyond(), body)), errc::resource_exhausted);
    ASSERT_EQ(output->wait_for_room(body.size(), room), message_sink::room::awaited);
  }
  void expect_room_was_noticed() const {
    EXPECT_EQ(output->pending_bytes(), 0u);
    EXPECT_TRUE(room->woken);
    EXPECT_EQ(events,
              (std::vector{connection_event::kind::overloaded, connection_event::kind::writable}));
  }

  const std::string body = std::string(800, '.');
  std::vector<connection_event::kind> events;
  std::shared_ptr<still_link> output;
  sdk::write_batch batch;
  ref_ptr<notice> room = make_ref<notice>();
};

TEST_F(LinkOutput, ANS4_ANS7_SendersLearnOfTheRoomOfRequestsThatWereGivenUp) {
  const auto late = node.root().send_and_receive<std::string>(beyond(), body, {.timeout = 1ms});
  EXPECT_EQ(error_of(late), errc::timeout);
  expect_no_room();
  EXPECT_FALSE(output->next_batch(batch)) << "nothing is left to write";
  expect_room_was_noticed();
}

TEST_F(LinkOutput, ANS4_ASenderDoesNotWaitWhileHalfOfTheOutputIsFree) {
  ASSERT_TRUE(node.root().send(beyond(), std::string(300, '.')));
  EXPECT_EQ(output->wait_for_room(body.size(), room), message_sink::room::available)
    << "nothing that is written later would wake it";
  ASSERT_TRUE(node.root().send(beyond(), std::string(300, '.')));
  EXPECT_EQ(output->wait_for_room(body.size(), room), message_sink::room::awaited);
}

TEST_F(LinkOutput, ANS4_ANS6_SendersLearnOfTheRoomOfMessagesThatHaveExpired) {
  using clock = sdk::outbox::clock;
  const auto lost = clock::now();
  output->begin_again({errc::closed_by_peer, "a loss"}, batch, lost);
  events.clear();
  EXPECT_TRUE(node.root().send(beyond(), body));
  expect_no_room();
  output->expire_waiting({clock::now() + 2s});
  expect_room_was_noticed();
}

} // namespace
} // namespace ockam::test
