#include "certificates.hpp"
#include "websocket_nodes.hpp"

#include "contract/connection_contract.hpp"

namespace ockam::test {
namespace {

class over_tcp : public connection_kind {
public:
  std::unique_ptr<connection_side> attach_connections(ockam::node& to) override {
    return attach_with(to, {});
  }
  std::string fresh_place() override { return "127.0.0.1:0"; }
  std::uint8_t address_type() const override { return transport_type::websocket; }
  const message_form& form() const override { return bare_form; }

protected:
  static std::unique_ptr<connection_side> attach_with(ockam::node& to,
                                                      websocket::transport_options options) {
    return std::make_unique<side_of<websocket::transport>>(
      websocket::transport::create(to, std::move(options)));
  }
};

class over_tls final : public over_tcp {
public:
  std::unique_ptr<connection_side> attach_connections(ockam::node& to) override {
    websocket::transport_options options;
    options.connect.tls.ca_file = authority_.file();
    options.listen.tls.certificate_file = server_.certificate_file;
    options.listen.tls.private_key_file = server_.private_key_file;
    return attach_with(to, std::move(options));
  }
  std::string fresh_place() override { return "wss://127.0.0.1:0"; }

private:
  authority authority_;
  const identity server_ = authority_.issue("IP:127.0.0.1");
};

OCKAM_TEST_CONNECTIONS(Ws, over_tcp, "tcp");
OCKAM_TEST_CONNECTIONS(Wss, over_tls, "tls");

} // namespace
} // namespace ockam::test
