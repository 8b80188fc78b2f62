#include "error_of.hpp"
#include "raw_peer.hpp"
#include "temporary_directory.hpp"
#include "test_nodes.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/wire/frame.hpp"
#include "ockam/transports/uds.hpp"

#include <algorithm>
#include <fstream>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ockam::test {
namespace {

/// A Unix socket without a node.
class unix_socket {
public:
  bool connect(const std::string& path) { return on(path, &::connect); }
  bool bind_and_listen(const std::string& path, int backlog = 1) {
    return on(path, &::bind) && ::listen(socket_.number(), backlog) == 0;
  }
  raw_peer into_peer() { return raw_peer{std::move(socket_)}; }

private:
  template <class Call>
  bool on(const std::string& path, Call call) {
    ::sockaddr_un where{};
    where.sun_family = AF_UNIX;
    path.copy(where.sun_path, sizeof(where.sun_path) - 1);
    return call(socket_.number(), reinterpret_cast<const ::sockaddr*>(&where), sizeof(where)) == 0;
  }

  descriptor socket_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
};

raw_peer connect_raw(const std::string& path) {
  unix_socket connecting;
  EXPECT_TRUE(connecting.connect(path));
  return connecting.into_peer();
}

bytes frame_of(const bytes& body) {
  bytes frame(uds_framing.length_size + body.size());
  std::ranges::copy(body, put_frame_header(frame.data(), body.size(), uds_framing));
  return frame;
}

class Uds : public nodes_test {
protected:
  Uds() { b.start_worker("echoer", echoer{}); }

  listener listen(uds::listen_options options = {}) {
    auto made = at_b.listen(place, std::move(options));
    b.flow_controls().add_consumer("echoer", made.flow_control_id());
    return made;
  }

  [[nodiscard]] std::string why_listening_fails() {
    const auto made = at_b.try_listen(place);
    return made ? "it does not" : to_string(made.error());
  }

  const temporary_directory directory;
  const std::string place = directory / "socket";
  ockam::node& a = start_node();
  ockam::node& b = start_node();
  uds::transport at_a = uds::transport::create(a);
  uds::transport at_b = uds::transport::create(b);
};

// -- the wire --------------------------------------------------------------------------------------

TEST_F(Uds, UDS1_AFrameHasTwoBytesOfLengthAndABareMessage) {
  const auto l = listen();
  const auto peer = connect_raw(place);
  const auto question = encode_bare_message(
    message{route{"echoer"}, route{"app"}, encode_payload(std::string{"Hello Ockam!"}).value()});
  peer.write(frame_of(question));
  const auto length = peer.read(2);
  ASSERT_EQ(length.size(), 2u);
  const auto answer = decode_bare_message(shared_bytes{peer.read(length[0] * 256u + length[1])});
  ASSERT_TRUE(answer) << to_string(answer.error());
  EXPECT_EQ(answer->onward_route(), route{"app"});
  EXPECT_EQ(answer->return_route(), route{"echoer"});
  EXPECT_EQ(decode_payload<std::string>(answer->payload()).value(), "Hello Ockam!");
}

TEST_F(Uds, UDS2_AMessageThatItsLengthCannotTellFailsForItsSenderAlone) {
  const auto l = listen();
  const auto c = at_a.connect(place);
  const auto refused = a.root().send({c, "echoer"}, std::string(0xffff, '.'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(error_of(refused), errc::message_too_large);
  EXPECT_NE(to_string(error_of(refused)).find("65535"), std::string::npos);
  EXPECT_EQ(ask(a, {c, "echoer"}), "Hello Ockam!");
}

TEST_F(Uds, UDS3_WhatIsNoMessageIsIgnored) {
  const auto l = listen();
  const auto peer = connect_raw(place);
  peer.write(frame_of({0xff, 0xff, 0xff}));
  peer.write(frame_of({}));
  peer.write(frame_of(encode_bare_message(
    message{route{"echoer"}, route{"app"}, encode_payload(std::string{"x"}).value()})));
  EXPECT_EQ(peer.read(2).size(), 2u);
  EXPECT_EQ(b.metrics().dropped_for(drop_reason::undecodable), 1u);
  EXPECT_EQ(at_b.connections().size(), 1u);
}

// -- routes ----------------------------------------------------------------------------------------

TEST_F(Uds, UDS4_SeveralConnectionsAreServedAtATime) {
  const auto l = listen();
  std::vector<connection> all;
  for (int i = 0; i < 10; ++i)
    all.push_back(at_a.connect(place));
  for (const auto& each : all) {
    EXPECT_EQ(each.peer(), place);
    EXPECT_EQ(ask(a, {each, "echoer"}), "Hello Ockam!");
  }
  EXPECT_TRUE(eventually([&] { return at_b.connections().size() == all.size(); }));
}

TEST_F(Uds, UDS4_CTX7_ARouteNamesTheSocket) {
  const auto l = listen();
  const auto resolved
    = a.root().resolve_transport_route({address{transport_type::uds, place}, "echoer"});
  ASSERT_TRUE(resolved) << to_string(resolved.error());
  EXPECT_EQ(ask(a, *resolved), "Hello Ockam!");
}

// -- socket files ----------------------------------------------------------------------------------

TEST_F(Uds, UDS5_TheSocketFileGoesWithItsListener) {
  const auto l = listen();
  EXPECT_TRUE(std::filesystem::is_socket(place));
  ASSERT_TRUE(l.try_stop());
  EXPECT_FALSE(std::filesystem::exists(place));
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
  listen();
  b.stop();
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST_F(Uds, UDS5_AFileWithoutAListenerIsReplaced) {
  {
    unix_socket crashed;
    ASSERT_TRUE(crashed.bind_and_listen(place));
  }
  ASSERT_TRUE(std::filesystem::is_socket(place));
  const auto l = listen();
  EXPECT_EQ(ask(a, {at_a.connect(place), "echoer"}), "Hello Ockam!");
}

TEST_F(Uds, UDS5_AFileInUseIsNotReplaced) {
  unix_socket other;
  ASSERT_TRUE(other.bind_and_listen(place));
  EXPECT_NE(why_listening_fails().find("choose another path"), std::string::npos);
  EXPECT_TRUE(unix_socket{}.connect(place));
}

TEST_F(Uds, UDS5_AFileThatIsNoSocketIsNotReplaced) {
  std::ofstream{place} << "precious";
  const auto why = why_listening_fails();
  EXPECT_EQ(why.substr(0, 14), "already_exists") << why;
  EXPECT_EQ(std::filesystem::file_size(place), 8u);
}

TEST_F(Uds, UDS5_AFileThatTookItsPlaceStays) {
  const auto l = listen();
  std::filesystem::remove(place);
  std::ofstream{place} << "precious";
  ASSERT_TRUE(l.try_stop());
  EXPECT_TRUE(std::filesystem::is_regular_file(place));
}

TEST_F(Uds, UDS5_ADirectoryThatLeavesNoRoomForANameBesideIsAnError) {
  const auto deep = directory / std::string(103 - directory.path().string().size(), 'd');
  std::filesystem::create_directory(deep);
  const auto name = (deep / "s").string(); // short enough to be bound, and left by a crash
  {
    unix_socket crashed;
    ASSERT_TRUE(crashed.bind_and_listen(name));
  }
  const auto made = at_b.try_listen(name);
  ASSERT_FALSE(made);
  EXPECT_EQ(error_of(made), errc::invalid_value);
  EXPECT_NE(to_string(error_of(made)).find("choose a shorter path"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_socket(name)) << "nothing was touched";
}

/// Changes the directory of the process while it lives.
class inside_directory {
public:
  explicit inside_directory(const std::filesystem::path& other) {
    std::filesystem::current_path(other);
  }
  ~inside_directory() { std::filesystem::current_path(before_); }
  inside_directory(const inside_directory&) = delete;
  inside_directory& operator=(const inside_directory&) = delete;

private:
  const std::filesystem::path before_ = std::filesystem::current_path();
};

TEST_F(Uds, UDS5_DEC12_ARelativePathIsThatOfTheMomentWhenItIsGiven) {
  listener l = [&] {
    const inside_directory here{directory.path()};
    return at_b.listen("socket");
  }();
  EXPECT_EQ(l.socket_address(), place);
  b.flow_controls().add_consumer("echoer", l.flow_control_id());
  const auto c = [&] {
    const inside_directory here{directory.path()};
    return at_a.connect("./socket",
                        {.reconnect = reconnect_policy{.first = 10ms, .longest = 50ms}});
  }();
  EXPECT_EQ(ask(a, {c, "echoer"}), "Hello Ockam!");
  ASSERT_TRUE(l.try_stop());
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
  for (const auto& each : at_b.connections())
    ASSERT_TRUE(each.try_close());
  listen();
  EXPECT_TRUE(eventually([&] {
    return a.root()
      .send_and_receive<std::string>({c, "echoer"}, "Hello Ockam!", {short_timeout})
      .has_value();
  }));
}

TEST_F(Uds, UDS5_ARelativePathMayBeShortWhereTheWholeOneIsTooLong) {
  const auto deep = directory / std::string(120, 'd');
  std::filesystem::create_directory(deep);
  listener l = [&] {
    const inside_directory here{deep};
    auto made = at_b.listen("socket");
    EXPECT_TRUE(std::filesystem::is_socket(deep / "socket"));
    b.flow_controls().add_consumer("echoer", made.flow_control_id());
    EXPECT_EQ(ask(a, {at_a.connect("socket"), "echoer"}), "Hello Ockam!");
    return made;
  }();
  ASSERT_TRUE(l.try_stop());
  EXPECT_TRUE(std::filesystem::is_empty(deep));
}

TEST_F(Uds, UDS6_OnlyTheOwnerMayConnectUnlessTheOptionsSayOtherwise) {
  const auto permissions = [&] { return std::filesystem::status(place).permissions(); };
  auto l = listen();
  EXPECT_EQ(permissions(), std::filesystem::perms{0600});
  ASSERT_TRUE(l.try_stop());
  l = listen({.permissions = std::filesystem::perms{0660}});
  EXPECT_EQ(permissions(), std::filesystem::perms{0660});
}

// -- names -----------------------------------------------------------------------------------------

TEST_F(Uds, UDS7_AnAbstractNameLeavesNoFile) {
  const auto name = '@' + place;
  const auto l = at_b.listen(name);
  b.flow_controls().add_consumer("echoer", l.flow_control_id());
  EXPECT_EQ(l.socket_address(), name);
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
  EXPECT_EQ(ask(a, {at_a.connect(name), "echoer"}), "Hello Ockam!");
  EXPECT_FALSE(at_b.try_listen(name));
}

/// How a process of another user, or of this one when only root could be another, fares that connects
/// and waits for a byte: it exits with 0 when the connection is closed instead.
int fate_of_a_stranger(const std::string& name) {
  const auto child = ::fork();
  if (child == 0) { // only calls that are safe beside the threads that did not come along
    if (::geteuid() == 0 && ::setuid(65'534) != 0)
      ::_exit(2);
    ::sockaddr_un where{};
    where.sun_family = AF_UNIX;
    name.copy(where.sun_path + 1, sizeof(where.sun_path) - 1, 1);
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    const auto size = static_cast<::socklen_t>(offsetof(::sockaddr_un, sun_path) + name.size());
    if (::connect(socket, reinterpret_cast<const ::sockaddr*>(&where), size) != 0)
      ::_exit(3);
    char byte = 0;
    ::_exit(::recv(socket, &byte, 1, 0) == 0 ? 0 : 4);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(Uds, UDS7_AnAbstractNameDoesNotLetStrangersIn) {
  const auto name = '@' + place;
  const auto l = at_b.listen(name, {.permissions = std::filesystem::perms::none});
  EXPECT_EQ(fate_of_a_stranger(name), 0);
  EXPECT_TRUE(logged({"warning", "another user may not connect to " + name}));
  EXPECT_TRUE(at_b.connections().empty());
}

TEST_F(Uds, ErrorsNameTheValueAndWhatToTry) {
  const auto why = [&](const std::string& name) {
    return to_string(at_a.try_connect(name).error());
  };
  EXPECT_NE(why("").find("names no socket"), std::string::npos);
  EXPECT_NE(why("@").find("names no socket"), std::string::npos);
  EXPECT_NE(why(std::string(200, 'x')).find("200 bytes"), std::string::npos);
  EXPECT_NE(why(std::string("a\0b", 3)).find("zero byte"), std::string::npos);
  EXPECT_NE(why(place).find("connecting to " + place), std::string::npos);
  EXPECT_NE(why(place).find("start the other node first"), std::string::npos);
}

TEST_F(Uds, TCP14_DEC12_AFullQueueIsWaitedForWithinTheTimeOut) {
  unix_socket slow; // accepts no connection
  ASSERT_TRUE(slow.bind_and_listen(place, 0));
  auto outcome = at_a.try_connect(place);
  ASSERT_TRUE(outcome);
  while (outcome) // until the queue is full
    outcome = at_a.try_connect(place, {.connect_timeout = short_timeout});
  EXPECT_EQ(error_of(outcome).code(), std::errc::timed_out);
  EXPECT_NE(to_string(error_of(outcome)).find("connect-timeout"), std::string::npos);
}

} // namespace
} // namespace ockam::test
