#include "contract/connection_contract.hpp"
#include "temporary_directory.hpp"

#include "ockam/transports/io/net.hpp"
#include "ockam/transports/memory.hpp"
#include "ockam/transports/tcp.hpp"
#include "ockam/transports/udp.hpp"
#include "ockam/transports/uds.hpp"

namespace ockam::test {

namespace {

class tcp_over_loopback : public connection_kind {
public:
  std::unique_ptr<connection_side> attach_connections(ockam::node& to) override {
    return attach_with(to, own_options());
  }
  std::string fresh_place() override { return "127.0.0.1:0"; }
  std::uint8_t address_type() const override { return transport_type::tcp; }

protected:
  static tcp::transport_options own_options() { return {}; }
  static std::unique_ptr<connection_side> attach_with(ockam::node& to,
                                                      tcp::transport_options options) {
    return std::make_unique<side_of<tcp::transport>>(
      tcp::transport::create(to, std::move(options)));
  }
};

class in_memory final : public connection_kind {
public:
  std::unique_ptr<connection_side> attach_connections(ockam::node& to) override {
    return std::make_unique<side_of<memory::transport>>(memory::transport::create(to, network_));
  }
  std::string fresh_place() override { return "place " + std::to_string(++places_); }
  std::uint8_t address_type() const override { return memory::address_type; }

private:
  memory::network network_;
  int places_ = 0;
};

class unix_sockets : public connection_kind {
public:
  std::unique_ptr<connection_side> attach_connections(ockam::node& to) override {
    return std::make_unique<side_of<uds::transport>>(uds::transport::create(to));
  }
  std::string fresh_place() override { return directory_ / std::to_string(++places_); }
  std::uint8_t address_type() const override { return transport_type::uds; }
  const message_form& form() const override { return bare_form; }
  std::size_t largest_message() const override { return 0xffff; }

private:
  const temporary_directory directory_;
  int places_ = 0;
};

/// One node binds a port, the other one ties a binding to it.
class udp_over_loopback final : public transport_kind {
public:
  std::unique_ptr<transport_side> attach(ockam::node& to) override {
    return std::make_unique<side>(to);
  }
  std::string fresh_place() override { return "127.0.0.1:0"; }
  std::uint8_t address_type() const override { return transport_type::udp; }
  std::size_t largest_message() const override { return 100'000; } // a socket's buffer takes it
  std::chrono::milliseconds retry_after() const override { return 100ms; }

private:
  class side final : public transport_side {
  public:
    explicit side(ockam::node& on) : udp_{udp::transport::create(on)} {}

    result<listening> listen(const std::string& at, side_options options) override {
      return bind(at, std::nullopt, std::move(options)).map([](const udp::binding& made) {
        return listening{made.socket_address(), made.sender_address(), made.flow_control_id()};
      });
    }
    result<joined_end> join(const std::string& place, side_options options) override {
      return bind("127.0.0.1:0", place, std::move(options)).map([](const udp::binding& made) {
        return end_of(made, route{made});
      });
    }
    joined_end joined_by(const joined_end& there) const override {
      const auto open = udp_.bindings().front();
      return end_of(open, route{open, address{transport_type::udp, there.place}});
    }
    std::size_t ends() const override { return udp_.bindings().size(); }

  private:
    result<udp::binding> bind(const std::string& at, std::optional<std::string> peer,
                              side_options options) {
      auto own = udp_.default_bind_options();
      own.peer = std::move(peer);
      own.reassembly.timeout = 500ms; // until a peer that begins anew is heard in any case
      own.limits = options.limits;
      own.observer = std::move(options.observer);
      return udp_.try_bind(at, std::move(own));
    }
    static joined_end end_of(const udp::binding& made, route way) {
      return {.place = made.socket_address(),
              .way = std::move(way),
              .receiver = made.receiver_address(),
              .id = made.flow_control_id(),
              .is_open = [made] { return made.is_open(); },
              .end = [made] { return made.try_close(); }};
    }

    udp::transport udp_;
  };
};

OCKAM_TEST_CONNECTIONS(Tcp, tcp_over_loopback, "loopback");
OCKAM_TEST_CONNECTIONS(Memory, in_memory, "in_memory");
OCKAM_TEST_CONNECTIONS(Uds, unix_sockets, "path");
OCKAM_TEST_RECONNECT(Tcp, tcp_over_loopback, "loopback");
OCKAM_TEST_RECONNECT(Uds, unix_sockets, "path");
OCKAM_TEST_IN_HOST_LOOP(Tcp, internal::asio_net, tcp_over_loopback, "loopback");
OCKAM_TEST_TRANSPORT(Udp, udp_over_loopback, "loopback");

#ifdef __linux__
class abstract_unix_sockets final : public unix_sockets {
public:
  std::string fresh_place() override { return '@' + unix_sockets::fresh_place(); }
};
OCKAM_TEST_CONNECTIONS(AbstractUds, abstract_unix_sockets, "abstract");
#endif

} // namespace
} // namespace ockam::test
