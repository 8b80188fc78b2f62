#include "worker/held_mail.hpp"

#include "ockam/protocol/message.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace ockam::internal {
namespace {

/// A credit whose output the test fills.
struct fillable final : inbound_credit {
  void take(std::size_t) noexcept override {}
  void give_back(std::size_t) noexcept override {}
  bool output_is_full() const noexcept override { return full; }
  bool wake_when_output_fits(ref_ptr<capacity_listener> waiting) override {
    ++asked;
    waiter_ = std::move(waiting);
    return full;
  }
  bool full = false;
  int asked = 0;
  ref_ptr<capacity_listener> waiter_;
};

struct no_listener final : capacity_listener {
  void wake() noexcept override {}
};

class HeldMail : public testing::Test {
protected:
  /// Each message comes another way, unless the sender is named.
  static message make(const std::string& name, const ref_ptr<fillable>& credit,
                      const std::string& sender) {
    message content{route{address{name}}, route{address{sender.empty() ? name : sender}}};
    if (credit)
      content.hold(credit, 1);
    return content;
  }
  void put(const std::string& name, const ref_ptr<fillable>& credit = {},
           const std::string& sender = {}) {
    held.put(routed_message{make(name, credit, sender)});
  }
  std::string take() {
    const auto next = held.take();
    return next ? std::string{next->onward_route().front().value()} : "none";
  }

  held_mail held;
  const ref_ptr<fillable> first = make_ref<fillable>();
  const ref_ptr<fillable> second = make_ref<fillable>();
};

TEST_F(HeldMail, ANS3_WithRoomEverywhereItIsAQueue) {
  put("a", first);
  put("b");
  put("c", second);
  put("d", first);
  EXPECT_EQ(held.size(), 4u);
  for (const auto* name : {"a", "b", "c", "d", "none"})
    EXPECT_EQ(take(), name);
  EXPECT_TRUE(held.empty());
}

TEST_F(HeldMail, ANS3_WhatIsTakenIsTheMessageThatCameAndNoCopy) {
  const std::vector credits{make_ref<fillable>(), make_ref<fillable>(), make_ref<fillable>()};
  for (const auto& each : credits)
    put("a", each);
  for (std::size_t i = 0; i < credits.size(); ++i) {
    const auto next = held.take();
    ASSERT_TRUE(next);
    EXPECT_FALSE(next->is_handled()) << "the handler marks it";
  }
}

TEST_F(HeldMail, ANS3_OthersPassAConnectionWhoseOutputIsFull) {
  first->full = true;
  put("a", first);
  put("b", second);
  put("c", first);
  EXPECT_EQ(take(), "b");
  EXPECT_EQ(take(), "none");
  EXPECT_TRUE(held.keeps_back(make("next", first, {})));
  EXPECT_FALSE(held.keeps_back(make("next", second, {})));
  first->full = false;
  EXPECT_EQ(take(), "a");
  EXPECT_EQ(take(), "c");
}

TEST_F(HeldMail, ORD1_WhatOneSenderSendsStaysInOrderWhateverConnectionPays) {
  first->full = true;
  put("a", first, "sender");
  put("b", second, "sender");
  put("c", {}, "sender");
  put("d", second);
  const auto waiting = make_ref<no_listener>();
  EXPECT_FALSE(held.await_room(waiting)) << "b has room, and waits behind a";
  EXPECT_EQ(take(), "none");
  EXPECT_TRUE(held.keeps_back(make("next", {}, "sender")));
  EXPECT_FALSE(held.keeps_back(make("next", {}, "another sender")));
  first->full = false;
  for (const auto* name : {"a", "b", "c", "d", "none"})
    EXPECT_EQ(take(), name);
  EXPECT_FALSE(held.keeps_back(make("next", {}, "sender")));
}

TEST_F(HeldMail, ANS3_EachConnectionIsAskedOnceUntilItWakes) {
  first->full = second->full = true;
  const auto waiting = make_ref<no_listener>();
  put("a", first);
  EXPECT_FALSE(held.await_room(waiting));
  put("b", first);
  put("c", second);
  EXPECT_FALSE(held.await_room(waiting));
  EXPECT_EQ(first->asked, 1);
  EXPECT_EQ(second->asked, 1);
  held.forget_awaited();
  EXPECT_FALSE(held.await_room(waiting));
  EXPECT_EQ(first->asked, 2);
  first->full = false;
  held.forget_awaited();
  EXPECT_TRUE(held.await_room(waiting)) << "there is something to take";
}

} // namespace
} // namespace ockam::internal
