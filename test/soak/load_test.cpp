#include "scale.hpp"

#include "transports/test_nodes.hpp"

#include "ockam/actors/workers.hpp"

#include <atomic>
#include <iostream>
#include <thread>

namespace ockam::test {
namespace {

class Soak : public nodes_test {};

/// Keeps messages on their way, there and back, until it is told to stop.
struct driver {
  std::shared_ptr<std::atomic<bool>> over;
  std::shared_ptr<std::atomic<std::uint64_t>> replies;
  route to;
  std::string body;

  result<void> handle_message(context& ctx, const routed<std::string>& message) {
    if (message.body() == body)
      ++*replies;
    return *over ? result<void>{} : ctx.send(to, body);
  }
};

/// The largest of what was measured in each third of the time.
class thirds {
public:
  void add(double progress, std::size_t value) {
    auto& largest = largest_[std::min<std::size_t>(2, static_cast<std::size_t>(3 * progress))];
    largest = std::max(largest, value);
  }
  [[nodiscard]] std::size_t operator[](std::size_t index) const { return largest_[index]; }

private:
  std::array<std::size_t, 3> largest_{};
};

TEST_F(Soak, ORD5_MemoryStaysFlatAtFullLoadThroughARelay) {
  constexpr std::size_t tolerance = 4u << 20;
  tcp_node client{start_node()};
  tcp_node middle{start_node()};
  tcp_node server{start_node()};
  server.node.start_worker("echoer", echoer{});
  const auto at_server = server.listen();
  server.flow_controls().add_consumer("echoer", at_server.flow_control_id());
  middle.node.start_worker("relay", relay{middle.connect(at_server)});
  const auto at_middle = middle.listen();
  middle.flow_controls().add_consumer("relay", at_middle.flow_control_id());

  const auto over = std::make_shared<std::atomic<bool>>(false);
  const auto replies = std::make_shared<std::atomic<std::uint64_t>>(0);
  const std::vector<std::size_t> sizes{10, 1'000, 100'000};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto c = client.connect(at_middle);
    const auto name = "driver-" + std::to_string(i);
    client.node.start_worker(
      name, driver{over, replies, {c, "relay", "echoer"}, std::string(sizes[i], '.')});
    client.flow_controls().add_consumer(address{name}, c.flow_control_id());
    for (int window = 0; window < 20; ++window)
      client.node.send(address{name}, std::string{"go"});
  }

  thirds heap;
  const auto began = std::chrono::steady_clock::now();
  for (std::chrono::duration<double> passed{0}; passed < soak_time();
       passed = std::chrono::steady_clock::now() - began) {
    std::this_thread::sleep_for(20ms); // between two samples
    heap.add(passed / soak_time(), heap_in_use());
  }
  *over = true;
  EXPECT_TRUE(eventually([&] { return client.node.metrics().in_flight() == 0; }));
  std::cout << *replies << " messages came back in " << soak_time().count() << " s; heap at most "
            << heap[0] / 1024 << ", " << heap[1] / 1024 << ", " << heap[2] / 1024
            << " KiB in its thirds\n";
  EXPECT_GT(*replies, 100u);
  EXPECT_LE(heap[2], heap[1] + tolerance);
  EXPECT_EQ(client.node.metrics().total_dropped(), 0u);
}

} // namespace
} // namespace ockam::test
