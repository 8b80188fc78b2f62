#include "certificates.hpp"
#include "websocket_nodes.hpp"

#include "transports/connection_contract.hpp"

namespace ockam::test {
namespace {

class over_tcp final : public connection_kind {
public:
  std::unique_ptr<connection_side> attach_connections(ockam::node& to) override {
    using side
      = side_of<websocket::transport, websocket::connect_options, websocket::listen_options>;
    return std::make_unique<side>(websocket::transport::create(to));
  }
  std::string fresh_place() override { return "127.0.0.1:0"; }
  std::uint8_t address_type() const override { return transport_type::websocket; }
  const message_form& form() const override { return bare_form; }
};

class over_tls final : public connection_kind {
public:
  std::unique_ptr<connection_side> attach_connections(ockam::node& to) override {
    return std::make_unique<side>(websocket::transport::create(to), *this);
  }
  std::string fresh_place() override { return "wss://127.0.0.1:0"; }
  std::uint8_t address_type() const override { return transport_type::websocket; }
  const message_form& form() const override { return bare_form; }

private:
  class side final : public connection_side {
  public:
    side(websocket::transport transport, const over_tls& kind)
      : transport_{std::move(transport)}, kind_{kind} {}

    result<listening> listen(const std::string& at, side_options options) override {
      return transport_
        .try_listen(at, {.tls = {.certificate_file = kind_.server_.certificate_file,
                                 .private_key_file = kind_.server_.private_key_file},
                         .limits = options.limits,
                         .observer = std::move(options.observer)})
        .map([](const auto& made) {
          return listening{made.socket_address(), made.address(), made.flow_control_id()};
        });
    }
    result<connection> connect(const std::string& place, side_options options) override {
      return transport_.try_connect(place, {.tls = {.ca_file = kind_.authority_.file()},
                                            .limits = options.limits,
                                            .observer = std::move(options.observer)});
    }
    result<void> stop_listener(const address& listener) override {
      return transport_.stop_listener(listener);
    }
    result<void> disconnect(const address& any) override { return transport_.disconnect(any); }
    std::vector<connection> connections() const override { return transport_.connections(); }

  private:
    websocket::transport transport_;
    const over_tls& kind_;
  };

  authority authority_;
  const identity server_ = authority_.issue("IP:127.0.0.1");
};

OCKAM_TEST_CONNECTIONS(Ws, over_tcp, "tcp");
OCKAM_TEST_CONNECTIONS(Wss, over_tls, "tls");

} // namespace
} // namespace ockam::test
