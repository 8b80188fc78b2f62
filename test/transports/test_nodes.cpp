#include "test_nodes.hpp"

#include <algorithm>
#include <filesystem>

#include <caf/actor_registry.hpp>

namespace ockam::test {

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator open{"/proc/self/fd"};
  return static_cast<std::size_t>(std::distance(begin(open), end(open)));
}

nodes_test::nodes_test() {
  forget_log();
}

void nodes_test::TearDown() {
  for (auto& each : nodes_)
    each.stop();
  for (auto& each : nodes_) {
    expect_settled(each);
    EXPECT_TRUE(each.flow_control().empty());
    EXPECT_EQ(each.list_workers(), std::vector<address>{});
  }
}

nodes_test::~nodes_test() {
  nodes_.clear();
  EXPECT_TRUE(system.becomes_quiet()) << system->registry().running() << " actors are left";
  EXPECT_TRUE(eventually([&] { return open_descriptors() <= descriptors_before_; }))
    << open_descriptors() - descriptors_before_ << " descriptors are left";
}

std::string ask(node& from, route to, const std::string& body, std::chrono::milliseconds timeout) {
  const auto reply = from.root().send_and_receive<std::string>(std::move(to), body,
                                                               {.timeout = timeout});
  return reply ? *reply : reply.error().code().message();
}

void expect_drops(const node& where, drop_reason why, std::uint64_t count) {
  EXPECT_TRUE(eventually([&] { return where.metrics().dropped_for(why) >= count; }))
    << "not dropped as " << to_string(why);
  EXPECT_EQ(where.metrics().dropped_for(why), count) << to_string(why);
}

void expect_dropped(node& from, const route& to, const node& where, drop_reason why) {
  const auto before = where.metrics().dropped_for(why);
  EXPECT_EQ(ask(from, to, "not for you", short_timeout), "timeout");
  expect_drops(where, why, before + 1);
}

connection_observer connection_journal::observer() const {
  return [own = state_](const connection_event& event) {
    const std::lock_guard guard{own->mutex};
    own->events.push_back(event);
    own->changed.notify_all();
  };
}

std::optional<connection_event> connection_journal::wait_for(connection_state state) const {
  std::unique_lock guard{state_->mutex};
  const auto find = [&] {
    return std::ranges::find(state_->events, state, &connection_event::state);
  };
  if (!state_->changed.wait_for(guard, patience, [&] { return find() != state_->events.end(); }))
    return std::nullopt;
  return *find();
}

std::size_t connection_journal::count(connection_state state) const {
  const std::lock_guard guard{state_->mutex};
  return static_cast<std::size_t>(
    std::ranges::count(state_->events, state, &connection_event::state));
}

std::string connection_journal::cause() const {
  const auto closed = wait_for(connection_state::closed);
  if (!closed)
    return "open";
  return closed->cause ? to_string(*closed->cause) : "closed";
}

} // namespace ockam::test
