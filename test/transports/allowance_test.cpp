#include "udp/allowance.hpp"
#include "udp/proof.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace ockam::udp::detail {
namespace {

using namespace std::chrono_literals;

/// At most 100 bytes in 10 s for each, and 250 in a second for all.
class Allowance : public testing::Test {
protected:
  bool take(const char* to, std::size_t size) {
    return given.take(asio::ip::make_address(to), size, now);
  }

  allowance given{{.unproven_allowance = 100, .unproven_bytes_per_second = 250}, 4};
  allowance::clock::time_point now{1h};
};

TEST_F(Allowance, UDP12_AnAddressGetsSoMuchInAWindow) {
  EXPECT_TRUE(take("192.0.2.1", 60));
  EXPECT_FALSE(take("192.0.2.1", 41));
  EXPECT_TRUE(take("192.0.2.1", 40));
  EXPECT_FALSE(take("192.0.2.1", 1));
  now += 10s - 1ms;
  EXPECT_FALSE(take("192.0.2.1", 1));
  now += 1ms;
  EXPECT_TRUE(take("192.0.2.1", 100));
}

TEST_F(Allowance, UDP12_OneAddressDoesNotTakeFromAnother) {
  EXPECT_TRUE(take("192.0.2.1", 100));
  EXPECT_TRUE(take("192.0.2.2", 100));
}

TEST_F(Allowance, UDP12_ANetworkOfIpv6AndAMappedAddressCountAsOne) {
  EXPECT_TRUE(take("2001:db8::1", 60));
  EXPECT_FALSE(take("2001:db8::ffff:2", 60));
  EXPECT_TRUE(take("2001:db8:0:1::1", 60));
  EXPECT_TRUE(take("192.0.2.1", 60));
  EXPECT_FALSE(take("::ffff:192.0.2.1", 60));
}

TEST_F(Allowance, UDP12_AllAddressesTogetherHaveABoundASecond) {
  EXPECT_TRUE(take("192.0.2.1", 100));
  EXPECT_TRUE(take("192.0.2.2", 100));
  EXPECT_FALSE(take("192.0.2.3", 51));
  EXPECT_TRUE(take("192.0.2.3", 50));
  now += 1s;
  EXPECT_TRUE(take("192.0.2.3", 50));
}

TEST_F(Allowance, UDP12_NoMoreAddressesAreRememberedThanTheLimit) {
  for (const auto* each : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"})
    EXPECT_TRUE(take(each, 10));
  EXPECT_FALSE(take("192.0.2.5", 10));
  now += 10s;
  EXPECT_TRUE(take("192.0.2.5", 10));
}

// -- proof -----------------------------------------------------------------------------------------

class Proof : public testing::Test {
protected:
  static endpoint at(std::uint16_t port) { return {asio::ip::make_address("192.0.2.1"), port}; }

  proof seen{2};
  const address secret = address::random();
};

TEST_F(Proof, UDP13_WhatWasWrittenToAPeerProvesItAndNoOther) {
  seen.write({"relay", secret}, at(1));
  EXPECT_FALSE(seen.read({"relay", secret}, at(2)));
  EXPECT_TRUE(seen.read({"relay", secret}, at(1)));
}

TEST_F(Proof, UDP13_TheEndOfTheRouteCountsAlone) {
  seen.write({secret, "echoer"}, at(1));
  EXPECT_FALSE(seen.read({secret, "echoer"}, at(1))) << "connections are known to many";
  EXPECT_FALSE(seen.read({"echoer", secret}, at(1)));
}

TEST_F(Proof, UDP13_WhatOthersKnowProvesNothing) {
  seen.write(secret, at(1));
  seen.write(secret, at(2));
  EXPECT_FALSE(seen.read(secret, at(1)));
  EXPECT_FALSE(seen.read(secret, at(2)));
}

TEST_F(Proof, UDP13_WhatAPeerNamedBeforeProvesNothing) {
  EXPECT_FALSE(seen.read(secret, at(1)));
  seen.write(secret, at(1));
  EXPECT_FALSE(seen.read(secret, at(1)));
}

TEST_F(Proof, UDP13_WhatCanBeGuessedProvesNothing) {
  seen.write("echoer", at(1));
  EXPECT_FALSE(seen.read("echoer", at(1)));
}

TEST_F(Proof, UDP13_WhatWasNotUsedForTheLongestTimeIsForgotten) {
  const std::vector<address> all{address::random(), address::random(), address::random()};
  for (const auto& each : all)
    seen.write(each, at(1));
  EXPECT_TRUE(seen.read(all[1], at(1)));
  EXPECT_TRUE(seen.read(all[2], at(1)));
  EXPECT_FALSE(seen.read(all[0], at(1)));
}

} // namespace
} // namespace ockam::udp::detail
