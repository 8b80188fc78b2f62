#include "routing/address_table.hpp"

#include <gtest/gtest.h>

namespace ockam::internal {
namespace {

class NextHop : public testing::Test {
protected:
  ref_ptr<worker_record> add(const char* name) {
    auto record = make_ref<worker_record>(mailboxes{name}, record_kind::shell, counters);
    EXPECT_TRUE(table.insert(record));
    return record;
  }

  const std::shared_ptr<node_counters> counters = std::make_shared<node_counters>();
  address_table table;
  route_cache hop;
};

TEST_F(NextHop, FindsWhatTheTableFinds) {
  const auto a = add("a");
  const auto b = add("b");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(hop.find(table, address{"a"}).record, a);
    EXPECT_EQ(hop.find(table, address{"b"}).record, b);
    EXPECT_FALSE(hop.find(table, address{"c"}));
  }
}

TEST_F(NextHop, ROU4_ASuccessorAtTheAddressIsFoundAtOnce) {
  const auto first = add("a");
  EXPECT_EQ(hop.find(table, address{"a"}).record, first);
  EXPECT_TRUE(table.remove(*first));
  EXPECT_FALSE(hop.find(table, address{"a"}));
  const auto second = add("a");
  EXPECT_EQ(hop.find(table, address{"a"}).record, second);
}

TEST_F(NextHop, AnAdmissionHoldsForOneAddressAndOneGenerationOfRights) {
  add("a");
  const auto b = add("b");
  hop.find(table, address{"a"});
  EXPECT_FALSE(hop.admitted(7));
  hop.admit(7);
  hop.find(table, address{"a"});
  EXPECT_TRUE(hop.admitted(7));
  EXPECT_FALSE(hop.admitted(8)) << "rights have changed since";
  hop.find(table, address{"b"});
  EXPECT_FALSE(hop.admitted(7)) << "that was about another address";
  hop.admit(7);
  EXPECT_TRUE(table.remove(*b));
  hop.find(table, address{"b"});
  EXPECT_FALSE(hop.admitted(7)) << "that was about another worker";
}

} // namespace
} // namespace ockam::internal
