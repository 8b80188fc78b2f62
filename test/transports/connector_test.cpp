
#include "error_of.hpp"
#include "test_nodes.hpp"

#include "ockam/transports/io/basic_connector.hpp"
#include "ockam/transports/io/io_thread.hpp"

#include <atomic>
#include <future>

namespace ockam::test {
namespace {

/// Its attempts fail, as many as it is told.
class failing_connector final : public internal::basic_connector<internal::asio_net, int> {
public:
  failing_connector(thread_ptr on, int failures, internal::connect_timeouts timeouts)
    : basic_connector{std::move(on), "there", timeouts}, left_{failures} {}

  [[nodiscard]] int attempts() const { return attempts_; }

private:
  void attempt() override {
    ++attempts_;
    if (left_-- > 0)
      attempt_failed({errc::not_found, "not yet"});
    else
      finish(attempts_);
  }
  void stop_attempt() override {}
  [[nodiscard]] std::string_view advice_when_late() const override { return "wait"; }

  int left_;
  std::atomic<int> attempts_{0};
};

class Connector : public nodes_test {
protected:
  void SetUp() override { thread_->start(); }
  void TearDown() override {
    thread_->stop(1s);
    thread_ = nullptr;
    nodes_test::TearDown();
  }

  std::shared_ptr<failing_connector> make(int failures) {
    return std::make_shared<failing_connector>(
      thread_, failures, internal::connect_timeouts{long_timeout, long_timeout});
  }
  std::future<result<int>> start(failing_connector& any, std::chrono::milliseconds pause) {
    const auto promise = std::make_shared<std::promise<result<int>>>();
    any.start([promise](result<int> made) { promise->set_value(std::move(made)); }, pause);
    return promise->get_future();
  }

private:
  std::shared_ptr<internal::io_thread> thread_
    = std::make_shared<internal::io_thread>(start_node().services());
};

constexpr auto never = std::chrono::milliseconds::max();

TEST_F(Connector, TCP14_TheFirstAttemptComesAfterThePause) {
  const auto connector = make(2);
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(start(*connector, 50ms).get().value(), 3);
  EXPECT_GE(std::chrono::steady_clock::now() - before, 50ms + 50ms + 100ms);
}

TEST_F(Connector, TCP14_ACancelEndsThePause) {
  const auto connector = make(0);
  auto outcome = start(*connector, never);
  EXPECT_EQ(outcome.wait_for(50ms), std::future_status::timeout);
  connector->cancel();
  EXPECT_EQ(error_of(outcome.get()), errc::shutting_down);
  EXPECT_EQ(connector->attempts(), 0);
}

TEST_F(Connector, NOD5_NothingBeginsAfterACancel) {
  const auto connector = make(0);
  connector->cancel();
  EXPECT_EQ(error_of(start(*connector, {}).get()), errc::shutting_down);
  EXPECT_EQ(connector->attempts(), 0);
}

} // namespace
} // namespace ockam::test
