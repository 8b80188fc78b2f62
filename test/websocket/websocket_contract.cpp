#include "certificates.hpp"
#include "io_thread.hpp"
#include "websocket_nodes.hpp"

#include "contract/connection_contract.hpp"

namespace ockam::test {
namespace {

class over_tcp : public connection_kind {
public:
  std::unique_ptr<connection_side> attach_connections(ockam::node& to) override {
    return attach_with(to, own_options());
  }
  std::string fresh_place() override { return "127.0.0.1:0"; }
  std::uint8_t address_type() const override { return transport_type::websocket; }
  const message_form& form() const override { return bare_form; }

protected:
  virtual websocket::transport_options own_options() { return {}; }
  static std::unique_ptr<connection_side> attach_with(ockam::node& to,
                                                      websocket::transport_options options) {
    return std::make_unique<side_of<websocket::transport>>(
      websocket::transport::create(to, std::move(options)));
  }
};

class over_tls : public over_tcp {
public:
  std::string fresh_place() override { return "wss://127.0.0.1:0"; }

protected:
  websocket::transport_options own_options() override {
    websocket::transport_options options;
    options.connect.tls.ca_file = authority_.file();
    options.listen.tls.certificate_file = server_.certificate_file;
    options.listen.tls.private_key_file = server_.private_key_file;
    return options;
  }

private:
  authority authority_;
  const identity server_ = authority_.issue("IP:127.0.0.1");
};

OCKAM_TEST_CONNECTIONS(Ws, over_tcp, "tcp");
OCKAM_TEST_CONNECTIONS(Wss, over_tls, "tls");
OCKAM_TEST_RECONNECT(Ws, over_tcp, "tcp");
OCKAM_TEST_RECONNECT(Wss, over_tls, "tls");

using websocket::detail::boost_net;
OCKAM_TEST_IN_HOST_LOOP(Ws, boost_net, over_tcp, "tcp");
OCKAM_TEST_IN_HOST_LOOP(Wss, boost_net, over_tls, "tls");

// all but what a handler that blocks must not hold up
using guest = in_host_loop<boost_net, over_tls, 3>;
const auto guests = testing::Values(made_by<connection_kind, guest>("tls_in_host_loop"));
INSTANTIATE_TEST_SUITE_P(Guest, ConnectionContract, guests);
INSTANTIATE_TEST_SUITE_P(Guest, RequestContract, guests);
INSTANTIATE_TEST_SUITE_P(Guest, WithoutPeer, guests);

} // namespace
} // namespace ockam::test
