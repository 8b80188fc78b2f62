#include "mptcp.hpp"

#include "connection_contract.hpp"

namespace ockam::test {
namespace {

class over_mptcp final : public connection_kind {
public:
  std::unique_ptr<connection_side> attach_connections(ockam::node& to) override {
    return std::make_unique<side_of<mptcp::transport>>(mptcp::transport::create(to));
  }
  std::string fresh_place() override { return "127.0.0.1:0"; }
  std::uint8_t address_type() const override { return mptcp::address_type; }
};

OCKAM_TEST_CONNECTIONS(Mptcp, over_mptcp, "loopback");

} // namespace
} // namespace ockam::test
