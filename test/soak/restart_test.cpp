#include "process.hpp"
#include "scale.hpp"

#include "transports/test_nodes.hpp"

#include <atomic>
#include <csignal>
#include <iostream>
#include <map>
#include <mutex>

#include <unistd.h>

namespace ockam::test {
namespace {

constexpr auto middle_program = "04-routing-over-transport-two-hops-middle";
constexpr auto responder_program = "04-routing-over-transport-two-hops-responder";

/// A port that stays free while there is no listener: the system gives it to no outgoing connection.
std::string lasting_address() {
  static int port = 20'000 + getpid() % 8'000;
  while (!is_free(++port))
    ;
  return "127.0.0.1:" + std::to_string(port);
}

/// How often each text came back.
class replies {
public:
  void count(const std::string& text) const {
    const std::lock_guard guard{state_->mutex};
    ++state_->seen[text];
  }
  [[nodiscard]] bool has(const std::string& text) const {
    const std::lock_guard guard{state_->mutex};
    return state_->seen.contains(text);
  }
  /// The number of texts, and how often the most frequent one came.
  [[nodiscard]] std::pair<std::size_t, int> summary() const {
    const std::lock_guard guard{state_->mutex};
    int most = 0;
    for (const auto& [text, times] : state_->seen)
      most = std::max(most, times);
    return {state_->seen.size(), most};
  }

private:
  struct state {
    std::mutex mutex;
    std::map<std::string, int> seen;
  };
  std::shared_ptr<state> state_ = std::make_shared<state>();
};

/// This node, a process that relays, and one that answers: each of the two is killed under load.
class RestartSoak : public nodes_test {
protected:
  RestartSoak() { start(); }

  void start() {
    if (!responder_)
      responder_.emplace(responder_program, std::vector<std::string>{responder_address_});
    responder_->wait_until_listening();
    middle_.emplace(middle_program, std::vector<std::string>{responder_address_, middle_address_});
    middle_->wait_until_listening();
  }
  void kill_middle() { middle_->end_with(SIGKILL); }
  void kill_responder() {
    responder_->end_with(SIGKILL);
    responder_.reset();
    kill_middle(); // its relay has lost the way, and a new one is asked for
  }

  /// Sends numbered messages until one of them comes back.
  std::chrono::milliseconds time_until_traffic_flows(const route& to) {
    const auto began = std::chrono::steady_clock::now();
    const auto first = next_;
    const bool flows = eventually([&] {
      static_cast<void>(node_.node.root().forward(
        message{to, route{"replies"}, encode_payload(std::to_string(next_++)).value()}));
      for (auto* each : {&middle_, &responder_})
        static_cast<void>(
          (*each)->told_so_far()); // a program whose output is not read stops working
      for (auto i = first; i < next_; ++i)
        if (answers.has(std::to_string(i)))
          return true;
      return false;
    });
    EXPECT_TRUE(flows) << "nothing comes back";
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now()
                                                                 - began);
  }

  const std::string responder_address_ = lasting_address();
  const std::string middle_address_ = lasting_address();
  std::optional<process> responder_;
  std::optional<process> middle_;
  tcp_node node_{start_node()};
  const replies answers;
  std::uint64_t next_ = 0;
};

TEST_F(RestartSoak, DEC12_DEC16_TrafficFlowsAgainWithinTwoSecondsAndNothingComesTwice) {
  const connection_journal events;
  const auto c = node_.tcp.connect(middle_address_, {.reconnect = reconnect_policy{},
                                                     .observer = events.observer()});
  node_.node.start_worker("replies", [seen = answers](context&, const routed<std::string>& what) {
    seen.count(what.body());
  });
  node_.flow_controls().add_consumer("replies", c.flow_control_id());
  const route to{c, "forward_to_responder", "echoer"};
  time_until_traffic_flows(to);
  std::chrono::milliseconds worst{0};
  const auto restart_after = [&](auto kill) {
    for (int i = 0; i < 50; ++i) // on their way, most of them
      static_cast<void>(node_.node.root().forward(
        message{to, route{"replies"}, encode_payload(std::to_string(next_++)).value()}));
    const auto lost_before = events.count(connection_state::reconnecting);
    const auto killed = std::chrono::steady_clock::now();
    kill();
    EXPECT_TRUE(
      eventually([&] { return events.count(connection_state::reconnecting) > lost_before; }));
    EXPECT_LT(std::chrono::steady_clock::now() - killed, 1s) << "a peer that dies is noticed";
    start();
    worst = std::max(worst, time_until_traffic_flows(to));
  };
  for (std::size_t i = 0; i < soak_restarts(); ++i) {
    restart_after([this] { kill_middle(); });
    restart_after([this] { kill_responder(); });
  }
  const auto [different, most] = answers.summary();
  std::cout << 2 * soak_restarts() << " restarts; traffic flowed again within " << worst.count()
            << " ms; " << different << " of " << next_ << " messages came back\n";
  EXPECT_LT(worst, 2s);
  EXPECT_EQ(most, 1);
}

} // namespace
} // namespace ockam::test
