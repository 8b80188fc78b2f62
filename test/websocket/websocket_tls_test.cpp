#include "certificates.hpp"
#include "error_of.hpp"
#include "raw_websocket.hpp"
#include "websocket_nodes.hpp"

#include "ockam/actors/workers.hpp"

#include <openssl/ssl.h>

namespace ockam::test {
namespace {

/// A node that listens at wss, and one that connects.
class WebSocketTls : public nodes_test {
protected:
  authority believed;
  authority unknown;
  websocket_node a{start_node()};
  websocket_node b{start_node()};

  WebSocketTls() { b.node.start_worker("echoer", echoer{}); }

  listener listen(const identity& own, const std::string& client_ca_file = {},
                  connection_limits limits = {}) {
    auto made = b.websocket.listen("wss://127.0.0.1:0",
                                   {.tls = {.certificate_file = own.certificate_file,
                                            .private_key_file = own.private_key_file,
                                            .client_ca_file = client_ca_file},
                                    .limits = limits});
    b.flow_controls().add_consumer("echoer", made.flow_control_id());
    return made;
  }

  result<connection> connect(const ockam::listener& to, const std::string& host = "127.0.0.1",
                             websocket::client_tls_options tls = {}) {
    if (tls.ca_file.empty() && !tls.insecure_skip_verification)
      tls.ca_file = believed.file();
    return a.websocket.try_connect("wss://" + host + ':' + std::to_string(port_of(to)),
                                   {.tls = std::move(tls)});
  }

  void expect_works(const result<connection>& made) {
    ASSERT_TRUE(made) << to_string(made.error());
    EXPECT_EQ(ask(a.node, {*made, "echoer"}), "Hello Ockam!");
  }
  static void expect_refused(const result<connection>& made, std::string_view why) {
    ASSERT_FALSE(made);
    EXPECT_EQ(error_of(made).origin(), error_origin::transport);
    EXPECT_NE(to_string(error_of(made)).find(why), std::string::npos) << to_string(made.error());
  }
};

TEST_F(WebSocketTls, WS11_ACertificateForTheNameOrTheAddressIsAccepted) {
  const auto at = listen(believed.issue("DNS:localhost,IP:127.0.0.1"));
  EXPECT_EQ(at.socket_address(), "wss://127.0.0.1:" + std::to_string(port_of(at)));
  expect_works(connect(at, "localhost"));
  expect_works(connect(at, "127.0.0.1"));
}

TEST_F(WebSocketTls, WS11_ACertificateForAnotherNameIsRefused) {
  const auto at = listen(believed.issue("DNS:other.example,IP:127.0.0.2"));
  expect_refused(connect(at, "localhost"), "it is not for localhost");
  expect_refused(connect(at, "127.0.0.1"), "it is not for 127.0.0.1");
  EXPECT_TRUE(b.websocket.connections().empty());
}

TEST_F(WebSocketTls, WS11_ACertificateOfAnUnknownAuthorityIsRefused) {
  const auto at = listen(unknown.issue("IP:127.0.0.1"));
  expect_refused(connect(at), "tls.ca_file");
  // the authorities of the system have signed none of ours
  expect_refused(a.websocket.try_connect("wss://127.0.0.1:" + std::to_string(port_of(at))),
                 "tls.ca_file");
}

TEST_F(WebSocketTls, WS11_ACertificateOutOfItsTimeIsRefused) {
  using std::chrono::hours;
  const validity past{hours{-2}, hours{-1}};
  const validity future{hours{1}, hours{2}};
  expect_refused(connect(listen(believed.issue("IP:127.0.0.1", past))), "expired");
  expect_refused(connect(listen(believed.issue("IP:127.0.0.1", future))), "not yet valid");
}

TEST_F(WebSocketTls, WS11_VerificationIsSwitchedOffByItsNameOnly) {
  const auto at = listen(unknown.issue("DNS:other.example"));
  expect_works(connect(at, "127.0.0.1", {.insecure_skip_verification = true}));
}

TEST_F(WebSocketTls, WS12_AListenerMayAskClientsForCertificates) {
  const auto at = listen(believed.issue("IP:127.0.0.1"), believed.file());
  const auto show = [&](const identity& own) {
    return connect(at, "127.0.0.1",
                   {.certificate_file = own.certificate_file,
                    .private_key_file = own.private_key_file});
  };
  expect_works(show(believed.issue("DNS:client.example")));
  expect_refused(connect(at), "TLS");
  expect_refused(show(unknown.issue("DNS:client.example")), "TLS");
  EXPECT_TRUE(logged({"info", "tls.client_ca_file"}));
}

TEST_F(WebSocketTls, WS11_FilesThatCannotBeUsedAreNamed) {
  const auto own = believed.issue("IP:127.0.0.1");
  const auto listening = [&](const websocket::server_tls_options& tls) {
    return to_string(b.websocket.try_listen("wss://127.0.0.1:0", {.tls = tls}).error());
  };
  EXPECT_NE(listening({}).find("tls.certificate_file"), std::string::npos);
  EXPECT_NE(listening({.certificate_file = "nowhere"}).find("tls.certificate_file is nowhere"),
            std::string::npos);
  EXPECT_NE(
    listening({.certificate_file = own.certificate_file, .private_key_file = own.certificate_file})
      .find("tls.private_key_file"),
    std::string::npos);
  EXPECT_NE(listening({.certificate_file = own.certificate_file,
                       .private_key_file = own.private_key_file,
                       .client_ca_file = "nowhere"})
              .find("tls.client_ca_file"),
            std::string::npos);
  const auto connecting = a.websocket.try_connect("wss://127.0.0.1:1",
                                                  {.tls = {.ca_file = "nowhere"}});
  EXPECT_EQ(error_of(connecting), errc::invalid_value);
  EXPECT_NE(to_string(error_of(connecting)).find("tls.ca_file"), std::string::npos);
}

TEST_F(WebSocketTls, WS11_OneSideWithoutTlsIsAnError) {
  const auto secure = listen(believed.issue("IP:127.0.0.1"));
  EXPECT_FALSE(a.websocket.try_connect("ws://127.0.0.1:" + std::to_string(port_of(secure))));
  const auto plain = b.listen();
  expect_refused(connect(plain), "is it a wss server");
}

TEST_F(WebSocketTls, WS10_ASlowTlsHandshakeIsNotWaitedFor) {
  const auto at = listen(believed.issue("IP:127.0.0.1"), {}, {.handshake_timeout = 50ms});
  const auto peer = raw_peer::connect_to(port_of(at));
  peer.write(from_hex("160301")); // a record begins
  EXPECT_TRUE(peer.is_closed());
  EXPECT_TRUE(logged({"info", "handshake-timeout"}));
}

/// Whether a client that speaks at most this version of TLS is served.
bool is_served(std::uint16_t port, int version) {
  const auto peer = raw_peer::connect_to(port);
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free};
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), version);
  SSL_CTX_set_cipher_list(context.get(), "ALL:@SECLEVEL=0"); // or it does not offer the old ones
  const std::unique_ptr<SSL, decltype(&SSL_free)> client{SSL_new(context.get()), SSL_free};
  SSL_set_fd(client.get(), peer.number());
  return SSL_connect(client.get()) == 1;
}

TEST_F(WebSocketTls, WS11_OldVersionsOfTlsAreRefused) {
  const auto at = listen(believed.issue("IP:127.0.0.1"));
  EXPECT_TRUE(is_served(port_of(at), TLS1_3_VERSION));
  EXPECT_TRUE(is_served(port_of(at), TLS1_2_VERSION));
  EXPECT_FALSE(is_served(port_of(at), TLS1_1_VERSION));
}

} // namespace
} // namespace ockam::test
