#pragma once

#include "support.hpp"

#include "ockam/transports/connection.hpp"

#include <algorithm>
#include <list>
#include <map>
#include <string>

namespace ockam::test {

/// How long a request waits for an answer that must not come. The drop itself is waited for
/// separately, so a loaded machine does not make a test pass or fail.
inline constexpr auto short_timeout = 60ms;

inline constexpr worker_options pooled{.execution = execution::pooled};

std::size_t open_descriptors();

/// Descriptors that a program would inherit which this one starts, and what they are.
std::map<int, std::string> inheritable_descriptors();

/// Nodes in one system of actors. At the end of each test all of them are stopped, and nothing may
/// be left: no message that is not accounted for, no flow control entry, no address, no actor, no
/// descriptor.
class nodes_test : public testing::Test {
protected:
  nodes_test();
  ~nodes_test() override;
  void TearDown() override;

  ockam::node& start_node(node_options options = {}) {
    return nodes_.emplace_back(*system, std::move(options));
  }

  /// Descriptors that have come during the test and would be inherited: "socket:[4711]" each.
  std::vector<std::string> new_inheritable_descriptors() const;

private:
  const std::size_t descriptors_before_ = open_descriptors();
  const std::map<int, std::string> inheritable_before_ = inheritable_descriptors();

protected:
  small_system system;

private:
  std::list<ockam::node> nodes_;
};

/// The connection that `transport` has accepted and that is not among `known`: it appears soon after
/// the peer has connected (TCP-41). The test ends when it does not.
template <class Transport>
connection accepted_by(const Transport& transport, const std::vector<connection>& known = {}) {
  std::optional<connection> found;
  eventually([&] {
    for (const auto& candidate : transport.connections())
      if (candidate.mode() == connection_mode::incoming
          && std::ranges::none_of(known, [&](const connection& each) {
               return each.sender_address() == candidate.sender_address();
             }))
        found = candidate;
    return found.has_value();
  });
  return found.value();
}

/// The reply to a request, or the name of the error.
std::string ask(node& from, route to, const std::string& body = "Hello Ockam!",
                std::chrono::milliseconds timeout = long_timeout);

/// A request along `to` ends with its time-out, and is counted once at `where` as dropped for `why`.
void expect_dropped(node& from, const route& to, const node& where, drop_reason why);

/// Waits until `where` has dropped `count` messages for this reason since it was made.
void expect_drops(const node& where, drop_reason why, std::uint64_t count);

/// What happened to a connection, in order.
class connection_journal {
public:
  [[nodiscard]] connection_observer observer() const;

  /// The first event of this kind; nothing when it does not come.
  [[nodiscard]] std::optional<connection_event> wait_for(connection_state state) const;
  [[nodiscard]] std::size_t count(connection_state state) const;

  /// Why the connection was closed: the error, or "closed" without one, or "open".
  [[nodiscard]] std::string cause() const;

private:
  struct state {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<connection_event> events;
  };
  std::shared_ptr<state> state_ = std::make_shared<state>();
};

} // namespace ockam::test
