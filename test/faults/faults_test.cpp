#include "faults.hpp"

#include "temporary_directory.hpp"
#include "transports/test_nodes.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/transports/udp.hpp"
#include "ockam/transports/uds.hpp"

#include "node/node_state.hpp"

#include <cerrno>
#include <filesystem>
#include <future>
#include <optional>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace ockam::test {
namespace {

/// Two nodes, while the system calls of either fail.
class Faults : public nodes_test {
protected:
  Faults() {
    b.node.start_worker("echoer", echoer{});
    b.flow_controls().add_consumer("echoer", l.flow_control_id());
  }

  /// A socket of an attempt to connect may still have the port.
  std::optional<tcp::listener> listen_when_free(const std::string& place) {
    std::optional<tcp::listener> made;
    eventually([&] {
      if (auto listening = b.tcp.try_listen(place))
        made = *listening;
      return made.has_value();
    });
    return made;
  }

  tcp_node a{start_node()};
  tcp_node b{start_node()};
  const tcp::listener l = b.listen();
};

struct interruption {
  const char* name;
  system_call which;
  int error;

  friend void PrintTo(const interruption& value, std::ostream* out) { *out << value.name; }
};

std::string name_of(const testing::TestParamInfo<interruption>& info) {
  return info.param.name;
}

// -- what goes by ----------------------------------------------------------------------------------

class PassingFaults : public Faults, public testing::WithParamInterface<interruption> {};

TEST_P(PassingFaults, TCP10_TCP37_AreNotNoticed) {
  constexpr int often = 20;
  const auto c = a.connect(l);
  for (int i = 0; i < 3; ++i) {
    const fault passing{GetParam().which, GetParam().error, often};
    for (int calls = 0; passing.left() > 0 && calls < 1'000; ++calls)
      ASSERT_EQ(ask(a.node, {c, "echoer"}), "Hello Ockam!");
    EXPECT_EQ(passing.left(), 0);
  }
  EXPECT_TRUE(c.is_open());
  EXPECT_EQ(a.node.metrics().total_dropped() + b.node.metrics().total_dropped(), 0u);
}

INSTANTIATE_TEST_SUITE_P(All, PassingFaults,
                         testing::Values(interruption{"receive_EINTR", system_call::receive, EINTR},
                                         interruption{"receive_EAGAIN", system_call::receive,
                                                      EAGAIN},
                                         interruption{"send_EINTR", system_call::send, EINTR},
                                         interruption{"send_EAGAIN", system_call::send, EAGAIN},
                                         interruption{"send_ENOBUFS", system_call::send, ENOBUFS},
                                         interruption{"wait_EINTR", system_call::wait, EINTR}),
                         name_of);

TEST_F(Faults, TCP10_AConnectionThatIsAbortedBeforeItIsAcceptedIsForgotten) {
  const fault aborted{system_call::accept, ECONNABORTED, 3};
  for (int i = 0; i < 3; ++i) {
    connection_journal events;
    a.connect(l, {.observer = events.observer()});
    EXPECT_NE(events.cause(), "open");
  }
  EXPECT_EQ(aborted.left(), 0);
  EXPECT_EQ(ask(a.node, {a.connect(l), "echoer"}), "Hello Ockam!");
}

// -- what makes accepting pause --------------------------------------------------------------------

class ScarceFaults : public Faults, public testing::WithParamInterface<interruption> {};

TEST_P(ScarceFaults, TCP10_AcceptingGoesOnAfterAPause) {
  const fault scarce{system_call::accept, GetParam().error, 3};
  for (int i = 0; i < 3; ++i)
    a.connect(l);
  EXPECT_TRUE(eventually([&] { return scarce.left() == 0; }));
  EXPECT_EQ(ask(a.node, {a.connect(l), "echoer"}), "Hello Ockam!");
  EXPECT_TRUE(logged({"warning", "could not accept a connection", "trying again in 10 ms"}));
  EXPECT_TRUE(logged({"warning", "could not accept a connection", "trying again in 40 ms"}));
}

INSTANTIATE_TEST_SUITE_P(All, ScarceFaults,
                         testing::Values(interruption{"EMFILE", system_call::accept, EMFILE},
                                         interruption{"ENFILE", system_call::accept, ENFILE},
                                         interruption{"ENOBUFS", system_call::accept, ENOBUFS},
                                         interruption{"ENOMEM", system_call::accept, ENOMEM}),
                         name_of);

// -- what ends a connection ------------------------------------------------------------------------

class FatalFaults : public Faults, public testing::WithParamInterface<interruption> {};

TEST_P(FatalFaults, TCP37_TCP38_DEC16_DEC19_EndTheConnectionWithTheirCause) {
  connection_journal events;
  const auto c = a.connect(l, {.observer = events.observer()});
  ASSERT_EQ(ask(a.node, {c, "echoer"}), "Hello Ockam!");
  const auto k = b.accepted();
  {
    const fault fatal{GetParam().which, GetParam().error, 1};
    ASSERT_TRUE(a.node.root().send({c, "echoer"}, "?"));
    EXPECT_TRUE(eventually([&] { return !c.is_open() && !k.is_open(); }));
    EXPECT_EQ(fatal.left(), 0);
  }
  EXPECT_NE(events.cause(), "closed") << "there is a cause";
  EXPECT_EQ(ask(a.node, {a.connect(l), "echoer"}), "Hello Ockam!") << "nothing else is affected";
}

INSTANTIATE_TEST_SUITE_P(
  All, FatalFaults,
  testing::Values(interruption{"receive_ECONNRESET", system_call::receive, ECONNRESET},
                  interruption{"receive_ETIMEDOUT", system_call::receive, ETIMEDOUT},
                  interruption{"send_EPIPE", system_call::send, EPIPE},
                  interruption{"send_ECONNRESET", system_call::send, ECONNRESET}),
  name_of);

// -- what makes connecting fail --------------------------------------------------------------------

TEST_F(Faults, TCP15_DEC19_WithoutDescriptorsConnectingSaysWhatToDo) {
  const fault none{system_call::socket, EMFILE, 1};
  const auto refused = a.tcp.try_connect(l.socket_address());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), std::errc::too_many_files_open);
  EXPECT_NE(to_string(refused.error()).find("ulimit -n"), std::string::npos);
}

TEST_F(Faults, TCP15_DEC19_AConnectThatFailsNamesTheAddress) {
  const fault unreachable{system_call::connect, ENETUNREACH, 1};
  const auto refused = a.tcp.try_connect(l.socket_address());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), std::errc::network_unreachable);
  EXPECT_NE(to_string(refused.error()).find(l.socket_address()), std::string::npos);
}

/// Creates each kind of transport in turn.
const std::vector<std::function<void(node&)>>& creators() {
  static const std::vector<std::function<void(node&)>> all{
    [](node& on) { tcp::transport::create(on); },
    [](node& on) { tcp::transport::create(on, {.io_threads = 3}); },
    [](node& on) { udp::transport::create(on); },
    [](node& on) { uds::transport::create(on); },
  };
  return all;
}

class ScarcityFaults : public Faults, public testing::WithParamInterface<interruption> {};

TEST_P(ScarcityFaults, NOD15_ATransportThatCannotBeCreatedLeavesTheNodeAsItWas) {
  const auto descriptors = open_descriptors();
  for (const auto& create : creators()) {
    ockam::node node{*system};
    node.start_worker("echoer", echoer{});
    const fault none{GetParam().which, GetParam().error, 1};
    try {
      create(node);
      ADD_FAILURE() << "it was created";
    } catch (const failure& refused) {
      EXPECT_EQ(refused.error().code().value(), GetParam().error);
      EXPECT_NE(to_string(refused.error()).find("ulimit"), std::string::npos)
        << to_string(refused.error());
    }
    EXPECT_EQ(none.left(), 0);
    EXPECT_FALSE(node.state()->find_transport(transport_type::tcp));
    EXPECT_EQ(ask(node, "echoer"), "Hello Ockam!");
    EXPECT_NO_THROW(create(node));
  }
  EXPECT_LE(open_descriptors(), descriptors);
}

INSTANTIATE_TEST_SUITE_P(All, ScarcityFaults,
                         testing::Values(interruption{"no_thread", system_call::thread, EAGAIN},
                                         interruption{"no_descriptor", system_call::event_loop,
                                                      EMFILE}),
                         name_of);

TEST_F(Faults, NOD15_ATransportOfWhichSomeThreadsStartLeavesTheNodeAsItWas) {
  ockam::node node{*system};
  {
    const fault third{system_call::thread, EAGAIN, 1, 2};
    EXPECT_THROW(tcp::transport::create(node, {.io_threads = 3}), failure);
    EXPECT_EQ(third.left(), 0);
  }
  EXPECT_FALSE(node.state()->find_transport(transport_type::tcp));
}

TEST_F(Faults, NOD15_TCP15_WithoutAThreadForItANameIsAnError) {
  const fault none{system_call::thread, EAGAIN, 1};
  const auto refused = a.tcp.try_connect("localhost:" + std::to_string(l.port()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), std::errc::resource_unavailable_try_again);
  EXPECT_NE(to_string(refused.error()).find("ulimit -u"), std::string::npos);
  EXPECT_TRUE(a.tcp.try_connect("localhost:" + std::to_string(l.port())));
}

/// A place on this machine without a listener.
std::string deserted(const tcp::listener& l) {
  EXPECT_TRUE(l.try_stop());
  return l.socket_address();
}

TEST_F(Faults, TCP15_AConnectThatIsJoinedToItselfIsRefused) {
  const auto deserted_place = deserted(l);
  const fault itself{system_call::join_itself, 0, 1};
  const auto refused = a.tcp.try_connect(deserted_place);
  EXPECT_EQ(itself.left(), 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), std::errc::connection_refused);
  EXPECT_NE(to_string(refused.error()).find(deserted_place), std::string::npos);
  EXPECT_TRUE(a.tcp.try_listen(deserted_place)) << "the port is free at once";
}

TEST_F(Faults, TCP14_DEC12_AnAttemptThatIsJoinedToItselfIsNotTheLastOne) {
  const auto deserted_place = deserted(l);
  const fault itself{system_call::join_itself, 0, 2};
  std::promise<result<connection>> done;
  a.tcp.async_connect(deserted_place, {.retry_for = long_timeout},
                      [&](result<connection> made) { done.set_value(std::move(made)); });
  ASSERT_TRUE(eventually([&] { return itself.left() == 0; }));
  const auto again = listen_when_free(deserted_place);
  ASSERT_TRUE(again);
  b.flow_controls().add_consumer("echoer", again->flow_control_id());
  const auto c = done.get_future().get();
  ASSERT_TRUE(c) << to_string(c.error());
  EXPECT_EQ(ask(a.node, {*c, "echoer"}), "Hello Ockam!");
}

TEST_F(Faults, DEC12_AReconnectThatIsJoinedToItselfGoesOn) {
  connection_journal events;
  const auto c = a.connect(l, {.reconnect = reconnect_policy{.first = 10ms, .longest = 50ms},
                               .observer = events.observer()});
  const auto k = b.accepted();
  const auto deserted_place = deserted(l);
  const fault itself{system_call::join_itself, 0, 2};
  ASSERT_TRUE(k.try_close());
  ASSERT_TRUE(eventually([&] { return itself.left() == 0; }));
  const auto again = listen_when_free(deserted_place);
  ASSERT_TRUE(again);
  b.flow_controls().add_consumer("echoer", again->flow_control_id());
  EXPECT_TRUE(eventually([&] {
    return a.node.root()
      .send_and_receive<std::string>({c, "echoer"}, "Hello Ockam!", {short_timeout})
      .has_value();
  }));
}

/// As a process does that is killed while it listens.
void leave_a_socket_file(const std::string& path) {
  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un place{};
  place.sun_family = AF_UNIX;
  path.copy(place.sun_path, sizeof place.sun_path - 1);
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&place), sizeof place), 0);
  ::close(listener);
}

TEST_F(Faults, UDS5_DEC19_WithoutAProbeForAListenerNothingIsTakenAway) {
  const temporary_directory directory;
  const auto path = (directory / "socket").string();
  auto uds = uds::transport::create(a.node);
  leave_a_socket_file(path);
  for (const int after :
       {1, 2}) { // the listener's own socket, then one to look, and one to look again
    const fault none{system_call::socket, EMFILE, 1, after};
    const auto refused = uds.try_listen(path);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), std::errc::too_many_files_open);
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_TRUE(uds.try_listen(path));
}

TEST_F(Faults, UDP2_ORD1_WhatAFullSocketDoesNotTakeLeavesAfterwards) {
  auto of_a = udp::transport::create(a.node);
  auto of_b = udp::transport::create(b.node);
  const auto at_b = of_b.bind("127.0.0.1:0");
  b.flow_controls().add_consumer("echoer", at_b.flow_control_id());
  const auto at_a = of_a.bind("127.0.0.1:0", {.peer = at_b.socket_address()});
  for (int round = 0; round < 3; ++round) { // a socket may be full more than once
    const fault full{system_call::send, EAGAIN, 1};
    EXPECT_EQ(ask(a.node, {at_a, "echoer"}, "x"), "x") << "round " << round;
    EXPECT_EQ(full.left(), 0);
  }
}

// -- short reads and writes ------------------------------------------------------------------------

TEST_F(Faults, TCP22_ORD1_MessagesSurviveShortReadsAndWrites) {
  const auto c = a.connect(l);
  for (const std::size_t most : {1u, 2u, 3u, 7u, 1'000u}) {
    const short_transfers few{most};
    for (const std::size_t size : {0u, 1u, 300u, 5'000u})
      EXPECT_EQ(ask(a.node, {c, "echoer"}, std::string(size, 'x')), std::string(size, 'x'));
  }
}

} // namespace
} // namespace ockam::test
