#include "ockam/actors/access_control.hpp"

#include "ockam/actors/flow_controls.hpp"
#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <deque>
#include <mutex>

namespace ockam {

namespace {

class everything final : public access_control {
public:
  result<bool> is_authorized(const relay_message&) const override { return true; }
  std::string remedy(const relay_message&) const override { return "nothing is denied here"; }
  bool admits_everything() const noexcept override { return true; }
};

class nothing final : public access_control {
public:
  result<bool> is_authorized(const relay_message&) const override { return false; }
  std::string remedy(const relay_message&) const override {
    return "this mailbox admits nothing; start the worker with another access control";
  }
};

bool contains(const std::vector<address>& all, address_view wanted) {
  return std::ranges::any_of(all, [&](const address& each) { return each == wanted; });
}

class source_addresses final : public access_control {
public:
  explicit source_addresses(std::vector<address> sources) : sources_{std::move(sources)} {}
  result<bool> is_authorized(const relay_message& what) const override {
    return contains(sources_, what.source);
  }
  std::string remedy(const relay_message& what) const override {
    return "only listed sources are admitted; add " + escaped(to_string(what.source))
           + " to allow_source_addresses";
  }

private:
  const std::vector<address> sources_;
};

class onward_addresses final : public access_control {
public:
  explicit onward_addresses(std::vector<address> next_hops) : next_hops_{std::move(next_hops)} {}
  result<bool> is_authorized(const relay_message& what) const override {
    const auto& onward = what.content.onward_route();
    if (onward.empty())
      return fail(errc::empty_route, "the message has no next address to compare");
    return contains(next_hops_, onward.front());
  }
  std::string remedy(const relay_message& what) const override {
    return "only listed next hops are admitted; add " + escaped(to_string(what.destination))
           + " to allow_onward_addresses";
  }

private:
  const std::vector<address> next_hops_;
};

/// AND (`stop_at` false) or OR (`stop_at` true) with short circuit.
class combination final : public access_control {
public:
  combination(std::vector<access_control_ptr> parts, bool stop_at)
    : parts_{std::move(parts)}, stop_at_{stop_at} {}

  result<bool> is_authorized(const relay_message& what) const override {
    for (const auto& part : parts_) {
      auto verdict = part->is_authorized(what);
      if (!verdict || *verdict == stop_at_)
        return verdict;
    }
    return !stop_at_;
  }

  std::string remedy(const relay_message& what) const override {
    std::string text;
    for (const auto& part : parts_) {
      const auto verdict = part->is_authorized(what);
      if (!verdict || !*verdict)
        text += (text.empty() ? "" : stop_at_ ? "; or " : "; and ") + part->remedy(what);
    }
    return text.empty() ? "an empty any_of admits nothing" : text;
  }

private:
  const std::vector<access_control_ptr> parts_;
  const bool stop_at_;
};

/// Admissions are remembered by everything a control may look at, except the payload.
class cache final : public access_control {
public:
  cache(access_control_ptr inner, time_span lifetime)
    : inner_{std::move(inner)}, lifetime_{lifetime} {}

  result<bool> is_authorized(const relay_message& what) const override {
    const auto now = std::chrono::steady_clock::now();
    {
      const std::lock_guard guard{mutex_};
      while (!admissions_.empty() && now - admissions_.front().since >= lifetime_)
        admissions_.pop_front();
      if (std::ranges::any_of(admissions_, [&](const auto& each) { return each.is_for(what); }))
        return true;
    }
    auto verdict = inner_->is_authorized(what);
    if (verdict && *verdict) {
      const std::lock_guard guard{mutex_};
      if (admissions_.size() == max_admissions)
        admissions_.pop_front();
      admissions_.push_back({now, what.source, what.destination, what.content.onward_route(),
                             what.content.return_route(), what.content.all_local_info()});
    }
    return verdict;
  }

  std::string remedy(const relay_message& what) const override { return inner_->remedy(what); }

private:
  static constexpr std::size_t max_admissions = 10;

  struct admission {
    std::chrono::steady_clock::time_point since;
    address source;
    address destination;
    route onward;
    route back;
    std::vector<local_info> info;

    [[nodiscard]] bool is_for(const relay_message& what) const {
      return source == what.source && destination == what.destination
             && onward == what.content.onward_route() && back == what.content.return_route()
             && info == what.content.all_local_info();
    }
  };

  const access_control_ptr inner_;
  const std::chrono::steady_clock::duration lifetime_;
  mutable std::mutex mutex_;
  mutable std::deque<admission> admissions_;
};

class not_from_outside final : public access_control {
public:
  explicit not_from_outside(std::shared_ptr<const flow_controls> registry)
    : registry_{std::move(registry)} {}
  result<bool> is_authorized(const relay_message& what) const override {
    return !registry_->find_producer(what.source).has_value();
  }
  std::string remedy(const relay_message& what) const override {
    return "only senders inside this node are admitted, and " + escaped(to_string(what.source))
           + " brings messages from outside";
  }

private:
  const std::shared_ptr<const flow_controls> registry_;
};

} // namespace

access_control_ptr allow_all() {
  static const auto& shared
    = *new auto{std::make_shared<everything>()}; // for nodes in static objects
  return shared;
}

access_control_ptr deny_all() {
  static const auto& shared = *new auto{std::make_shared<nothing>()};
  return shared;
}

access_control_ptr allow_source_addresses(std::vector<address> sources) {
  return std::make_shared<source_addresses>(std::move(sources));
}

access_control_ptr allow_onward_addresses(std::vector<address> next_hops) {
  return std::make_shared<onward_addresses>(std::move(next_hops));
}

access_control_ptr all_of(std::vector<access_control_ptr> parts) {
  return std::make_shared<combination>(std::move(parts), false);
}

access_control_ptr any_of(std::vector<access_control_ptr> parts) {
  return std::make_shared<combination>(std::move(parts), true);
}

access_control_ptr cached(access_control_ptr inner, time_span lifetime) {
  return std::make_shared<cache>(std::move(inner), lifetime);
}

access_control_ptr local_only(std::shared_ptr<const flow_controls> registry) {
  return std::make_shared<not_from_outside>(std::move(registry));
}

} // namespace ockam
