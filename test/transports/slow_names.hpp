#pragma once

#include "actors/test_node.hpp"

#include "ockam/transports/io/name_lookup.hpp"

#include <atomic>

namespace ockam::test {

/// While it lives, names that begin with "slow" are looked up until it ends, and those that begin with
/// "quick" are this machine at once; there are no others.
class slow_names {
public:
  slow_names() {
    sdk::set_resolver([own = state_](const std::string& host) -> sdk::found_addresses {
      if (host.starts_with("quick"))
        return std::vector{sdk::ip_address{.bytes = {127, 0, 0, 1}}};
      if (!host.starts_with("slow"))
        return fail(errc::not_found, host + " is unknown here");
      ++own->calls;
      own->most = std::max(own->most.load(), ++own->running);
      static_cast<void>(own->door.wait(60s));
      --own->running;
      return fail(errc::not_found, host + " was not found in the end");
    });
  }
  ~slow_names() {
    state_->door.open();
    sdk::set_resolver({});
  }
  slow_names(const slow_names&) = delete;
  slow_names& operator=(const slow_names&) = delete;

  [[nodiscard]] int calls() const { return state_->calls; }
  [[nodiscard]] int most_at_a_time() const { return state_->most; }
  void let_go() const { state_->door.open(); }

private:
  struct state {
    gate door;
    std::atomic<int> calls{0};
    std::atomic<int> running{0};
    std::atomic<int> most{0};
  };
  const std::shared_ptr<state> state_ = std::make_shared<state>();
};

} // namespace ockam::test
