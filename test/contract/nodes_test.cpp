#include "nodes_test.hpp"

#include "ockam/actors/detail/caf_compat.hpp"
#include "ockam/actors/transport/transport.hpp"
#include "ockam/transports/transport/connecting_transport.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include <fcntl.h>

namespace ockam::test {

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator open{"/proc/self/fd"};
  return static_cast<std::size_t>(std::distance(begin(open), end(open)));
}

std::map<int, std::string> inheritable_descriptors() {
  std::map<int, std::string> found;
  for (const auto& each : std::filesystem::directory_iterator{"/proc/self/fd"}) {
    const auto number = std::stoi(each.path().filename().string());
    const auto flags = ::fcntl(number, F_GETFD); // the one of the iterator has the flag
    std::error_code gone;
    if (flags >= 0 && (flags & FD_CLOEXEC) == 0)
      found.emplace(number, std::filesystem::read_symlink(each, gone).string());
  }
  return found;
}

std::vector<std::string> nodes_test::new_inheritable_descriptors() const {
  std::vector<std::string> fresh;
  for (const auto& [number, what] : inheritable_descriptors()) {
    const auto known = inheritable_before_.find(number);
    if (known == inheritable_before_.end() || known->second != what)
      fresh.push_back(what);
  }
  return fresh;
}

nodes_test::nodes_test() {
  forget_log();
}

namespace {

/// The connections and bindings of a node.
std::vector<std::shared_ptr<internal::link>> links_of(const node& of) {
  std::vector<std::shared_ptr<internal::link>> links;
  for (const auto& each : attached_transports(of.services()))
    if (const auto own = std::dynamic_pointer_cast<internal::connecting_transport>(each))
      std::ranges::move(own->connections().all(), std::back_inserter(links));
  return links;
}

/// Nothing that came through it is left, and what it took is written or counted as lost.
void expect_settled(const internal::link& ended) {
  EXPECT_TRUE(eventually([&] { return ended.metrics().unhandled == 0; }))
    << ended.metrics().unhandled << " messages from " << ended.peer() << " are not handled";
  EXPECT_EQ(ended.metrics().waiting(), 0u) << "messages to " << ended.peer();
}

} // namespace

void nodes_test::TearDown() {
  std::vector<std::shared_ptr<internal::link>> links;
  for (auto& each : nodes_)
    std::ranges::move(links_of(each), std::back_inserter(links));
  for (auto& each : nodes_)
    each.stop();
  for (auto& each : nodes_) {
    expect_settled(each);
    EXPECT_TRUE(each.flow_controls().empty());
    EXPECT_EQ(each.list_workers(), std::vector<address>{});
  }
  for (const auto& each : links)
    expect_settled(*each);
}

nodes_test::~nodes_test() {
  nodes_.clear();
  EXPECT_TRUE(system.becomes_quiet()) << compat::running_actors(*system) << " actors are left";
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
  if (!state_->changed.wait_for(guard, long_timeout,
                                [&] { return find() != state_->events.end(); }))
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
