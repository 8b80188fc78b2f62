#include "forked.hpp"
#include "test_nodes.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/transports/udp.hpp"

#include <memory>
#include <string>

namespace ockam::test {
namespace {

class ForkWithConnections : public nodes_test {
protected:
  ForkWithConnections() { b.node.start_worker("echoer", echoer{}); }

  tcp_node a{start_node()};
  tcp_node b{start_node()};
};

TEST_F(ForkWithConnections, NOD16_EachCallInAChildIsRefused) {
  const auto listener = b.listen();
  b.flow_controls().add_consumer("echoer", listener.flow_control_id());
  const auto connection = a.connect(listener);
  auto udp = udp::transport::create(a.node);
  const auto first_admitted = first_admitted_in_child({
    [&] { a.connect(listener); },
    [&] { a.listen(); },
    [&] {
      result<void> outcome;
      a.tcp.async_connect(listener.socket_address(), {},
                          [&](const result<ockam::connection>& made) {
                            if (!made)
                              outcome = fail(made.error());
                          });
      value_or_throw(outcome);
    },
    [&] { udp.bind(); },
    [&] { a.tcp.disconnect(connection.sender_address()); },
    [&] { b.tcp.stop_listener(listener.address()); },
    [&] { static_cast<void>(connection.flush(long_timeout)); },
    [&] {
      a.node.send({connection, "echoer"}, std::string{"hello"});
    },
    [&] { static_cast<void>(tcp::transport::create(a.node)); },
    [&] { static_cast<void>(udp::transport::create(a.node)); },
  });
  EXPECT_EQ(first_admitted, 0);
  EXPECT_EQ((a.node.send_and_receive<std::string>({connection, "echoer"}, std::string{"hello"})),
            "hello");
}

TEST_F(ForkWithConnections, NOD16_ConnectionsOutliveTheNodeThatAChildDestroys) {
  auto sender = std::make_unique<ockam::node>(*system);
  auto own_tcp = std::make_unique<tcp::transport>(tcp::transport::create(*sender));
  const auto listener = b.listen();
  b.flow_controls().add_consumer("echoer", listener.flow_control_id());
  const auto connection = own_tcp->connect(listener.socket_address());
  EXPECT_EQ(in_child([&] {
              own_tcp.reset();
              sender.reset();
              return 0;
            }),
            0);
  EXPECT_EQ((sender->send_and_receive<std::string>({connection, "echoer"}, std::string{"hello"})),
            "hello");
}

} // namespace
} // namespace ockam::test
