// What the engine of all connections does in each order of events, with a carrier that moves nothing
// and a loop that the test drives.

#include "actors/test_node.hpp"

#include "error_of.hpp"
#include "hand_driven.hpp"

namespace ockam::test {
namespace {

using internal::carrier;

struct attempt final : internal::cancellable {
  using on_done = std::function<void(result<std::unique_ptr<carrier>>)>;
  explicit attempt(on_done done) : done{std::move(done)} {}
  void cancel() override { cancelled = true; }

  const on_done done;
  bool cancelled = false;
};

class ConnectionEngine : public node_test {
protected:
  ConnectionEngine() { make({}); }

  /// A connection of these limits in the place of the one before, which ends.
  void make(const connection_limits& limits) {
    if (engine)
      end();
    internal::link::setup setup{
      .limits = limits, .peer = "the test", .observer = [this](const connection_event& what) {
        states.push_back(what.state);
        if (what.state == connection_state::writable && on_writable)
          on_writable();
      }};
    moves = std::make_shared<script>();
    engine = std::make_shared<internal::connection_engine>(
      setup, internal::uds_format, loop, std::make_unique<scripted_carrier>(moves));
    ended = false;
    engine->set_on_end(std::make_shared<const internal::connection_engine::on_end>(
      [this](const auto&) { ended = true; }));
    EXPECT_TRUE(engine->open(node.services(), std::move(setup)));
  }

  void start() {
    engine->start();
    loop->run_calls();
    moves->calls.clear();
  }

  void make_lasting() {
    engine->set_reconnect({}, [this](std::chrono::milliseconds, attempt::on_done done) {
      return under_way = std::make_shared<attempt>(std::move(done));
    });
  }

  void end() { // an open connection belongs to the node: without an end it would stay for good
    engine->abort();
    loop->run_calls();
  }

  void TearDown() override {
    end();
    node_test::TearDown();
  }

  [[nodiscard]] route beyond() const { return {engine->sender_address(), "far"}; }
  void send(const std::string& body) { EXPECT_TRUE(node.root().send(beyond(), body)); }
  [[nodiscard]] std::uint64_t written() const { return engine->metrics().written; }

  const std::shared_ptr<hand_loop> loop = std::make_shared<hand_loop>();
  std::shared_ptr<script> moves;
  std::shared_ptr<internal::connection_engine> engine;
  std::shared_ptr<attempt> under_way;
  std::vector<connection_state> states;
  std::function<void()> on_writable;
  bool ended = false;
};

// -- output ----------------------------------------------------------------------------------------

TEST_F(ConnectionEngine, TCP35_WhatWasTakenWhileTheLastBatchEndedIsWritten) {
  make({.max_pending_bytes = 1'000});
  start();
  const std::string body(800, '.');
  EXPECT_EQ(error_of(node.root().send_and_receive<std::string>(beyond(), body, {.timeout = 1ms})),
            errc::timeout);
  EXPECT_EQ(error_of(node.root().send(beyond(), body)), errc::resource_exhausted);
  on_writable = [this] { // the request is left out: nothing waits, and there is room
    on_writable = nullptr;
    send("last");
    EXPECT_TRUE(engine->disconnect());
  };
  loop->run_calls();
  EXPECT_TRUE(ended);
  EXPECT_EQ(written(), 1u);
  EXPECT_EQ(moves->end, "");
}

TEST_F(ConnectionEngine, ORD8_WhatTheCarrierHoldsIsNotWrittenYet) {
  start();
  moves->writes = {{.holds_some = true, .then = carrier::output::next::wait}};
  send("one");
  loop->run_calls();
  EXPECT_GT(engine->pending_bytes(), 0u);
  EXPECT_EQ(written(), 0u);
  moves->writes = {{.written = engine->pending_bytes()}};
  (*moves->output)();
  EXPECT_EQ(engine->pending_bytes(), 0u);
  EXPECT_EQ(written(), 1u);
  EXPECT_EQ(moves->calls.back(), "write 0") << "the rest of it, with an empty batch";
}

TEST_F(ConnectionEngine, ORD8_MessagesThatTheSystemRefusesAreLostAndNotWritten) {
  start();
  for (const auto* const body : {"one", "two", "three"})
    send(body);
  moves->writes = {{.written = 10, .refused = 1}};
  loop->run_calls();
  EXPECT_EQ(written(), 2u);
  EXPECT_EQ(engine->metrics().lost, 1u);
}

TEST_F(ConnectionEngine, ORD8_WithoutMemoryOfTheSystemWritingGoesOnWithTheNextTick) {
  start();
  moves->writes = {{.then = carrier::output::next::at_next_tick}};
  send("one");
  loop->run_calls();
  EXPECT_FALSE(moves->output) << "the socket calls itself writable";
  EXPECT_EQ(written(), 0u);
  engine->check_deadlines({loop->time});
  EXPECT_EQ(written(), 1u);
}

TEST_F(ConnectionEngine, TCP37_APeerThatTakesNoByteIsGivenUp) {
  start();
  moves->writes = {{.then = carrier::output::next::wait}};
  send("one");
  loop->run_calls();
  engine->check_deadlines({loop->time + engine->limits().write_timeout});
  EXPECT_FALSE(ended);
  engine->check_deadlines({loop->time + engine->limits().write_timeout + 1ms});
  EXPECT_TRUE(ended);
  EXPECT_NE(moves->end.find("write-timeout"), std::string::npos) << moves->end;
}

// -- input -----------------------------------------------------------------------------------------

TEST_F(ConnectionEngine, MAP9_MemoryThatComesBackBeforeThePauseBeginsIsNoticed) {
  start();
  moves->reads = {carrier::input::no_room};
  (*moves->input)();
  engine->reader()->wake();
  loop->run_calls(); // before the workers of the batch have run
  moves->calls.clear();
  loop->read_on();
  EXPECT_EQ(moves->calls, std::vector<std::string>{"read"});
}

TEST_F(ConnectionEngine, MAP9_MemoryThatComesBackInThePauseEndsIt) {
  start();
  moves->reads = {carrier::input::no_room};
  (*moves->input)();
  loop->read_on();
  moves->calls.clear();
  engine->reader()->wake();
  loop->run_calls();
  loop->read_on();
  EXPECT_EQ(moves->calls, std::vector<std::string>{"read"});
}

TEST_F(ConnectionEngine, TCP35_NothingIsReadBeforeWhatWasReadIsDealtWith) {
  start();
  moves->reads = {carrier::input::drained, carrier::input::ended};
  (*moves->input)();
  (*moves->input)(); // of the wait that the first read has begun
  EXPECT_FALSE(ended) << "workers of the first batch have not run";
  loop->read_on();
  (*moves->input)();
  EXPECT_TRUE(ended);
}

// -- carriers that are lost ------------------------------------------------------------------------

TEST_F(ConnectionEngine, DEC12_WhatWasBegunOnALostCarrierIsIgnored) {
  make_lasting();
  start();
  const auto stale = *moves->input;
  stale(fail(errc::closed_by_peer, "a loss"));
  ASSERT_TRUE(under_way);
  EXPECT_EQ(states.back(), connection_state::reconnecting);
  const auto second = std::make_shared<script>();
  under_way->done(std::make_unique<scripted_carrier>(second));
  EXPECT_EQ(states.back(), connection_state::connected);
  stale(fail(errc::closed_by_peer, "late"));
  EXPECT_EQ(states.back(), connection_state::connected);
  EXPECT_EQ(second->end, "");
  EXPECT_TRUE(second->calls.empty());
}

TEST_F(ConnectionEngine, TCP35_AConnectionWithoutACarrierEndsAtOnce) {
  make_lasting();
  start();
  (*moves->input)(fail(errc::closed_by_peer, "a loss"));
  EXPECT_TRUE(engine->disconnect());
  loop->run_calls();
  EXPECT_TRUE(ended);
  EXPECT_TRUE(under_way->cancelled);
}

TEST_F(ConnectionEngine, TCP40_AnAttemptThatRunsWhenTheNodeStopsIsCancelledAndIgnored) {
  make_lasting();
  start();
  (*moves->input)(fail(errc::closed_by_peer, "a loss"));
  engine->abort();
  EXPECT_TRUE(ended);
  EXPECT_TRUE(under_way->cancelled);
  const auto late = std::make_shared<script>();
  under_way->done(std::make_unique<scripted_carrier>(late));
  EXPECT_TRUE(late->calls.empty());
}

} // namespace
} // namespace ockam::test
