#include "transport_contract.hpp"
#include "temporary_directory.hpp"

#include "ockam/transports/memory.hpp"
#include "ockam/transports/uds.hpp"

namespace ockam::test {

namespace {

class tcp_over_loopback final : public transport_kind {
public:
  std::unique_ptr<transport_side> attach(ockam::node& to) override {
    using side = side_of<tcp::transport, tcp::connect_options, tcp::listen_options>;
    return std::make_unique<side>(tcp::transport::create(to));
  }
  std::string fresh_place() override { return "127.0.0.1:0"; }
  std::uint8_t address_type() const override { return transport_type::tcp; }
};

class in_memory final : public transport_kind {
public:
  std::unique_ptr<transport_side> attach(ockam::node& to) override {
    using side = side_of<memory::transport, memory::connect_options, memory::listen_options>;
    return std::make_unique<side>(memory::transport::create(to, network_));
  }
  std::string fresh_place() override { return "place " + std::to_string(++places_); }
  std::uint8_t address_type() const override { return memory::address_type; }

private:
  memory::network network_;
  int places_ = 0;
};

class unix_sockets : public transport_kind {
public:
  std::unique_ptr<transport_side> attach(ockam::node& to) override {
    using side = side_of<uds::transport, uds::connect_options, uds::listen_options>;
    return std::make_unique<side>(uds::transport::create(to));
  }
  std::string fresh_place() override { return directory_ / std::to_string(++places_); }
  std::uint8_t address_type() const override { return transport_type::uds; }
  const message_form& form() const override { return bare_form; }
  std::size_t largest_message() const override { return 0xffff; }

private:
  const temporary_directory directory_;
  int places_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Tcp, TransportContract,
                         testing::Values(made_by<tcp_over_loopback>("loopback")));
INSTANTIATE_TEST_SUITE_P(Memory, TransportContract,
                         testing::Values(made_by<in_memory>("in_memory")));

INSTANTIATE_TEST_SUITE_P(Uds, TransportContract, testing::Values(made_by<unix_sockets>("path")));

#ifdef __linux__
class abstract_unix_sockets final : public unix_sockets {
public:
  std::string fresh_place() override { return '@' + unix_sockets::fresh_place(); }
};
INSTANTIATE_TEST_SUITE_P(AbstractUds, TransportContract,
                         testing::Values(made_by<abstract_unix_sockets>("abstract")));
#endif

} // namespace
} // namespace ockam::test
