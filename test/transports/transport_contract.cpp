#include "transport_contract.hpp"

#include "ockam/transports/memory.hpp"

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

INSTANTIATE_TEST_SUITE_P(Tcp, TransportContract,
                         testing::Values(made_by<tcp_over_loopback>("loopback")));
INSTANTIATE_TEST_SUITE_P(Memory, TransportContract,
                         testing::Values(made_by<in_memory>("in_memory")));

} // namespace
} // namespace ockam::test
