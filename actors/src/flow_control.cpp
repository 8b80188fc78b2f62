#include "ockam/actors/flow_control.hpp"

#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <mutex>

namespace ockam {

flow_control_id flow_control_id::random() {
  return flow_control_id{std::string{address::random().value()}};
}

void flow_controls::add_consumer(const address& consumer, const flow_control_id& id) {
  if (is_consumer(consumer, id)) // a relay asks for every message
    return;
  const lock guard{mutex_};
  if (consumers_[id].insert(consumer).second)
    entries_.fetch_add(1, std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_release);
}

void flow_controls::add_producer(const address& producer, const flow_control_id& id,
                                 std::optional<flow_control_id> spawner_id,
                                 const std::vector<address>& additional) {
  const lock guard{mutex_};
  producers_.insert_or_assign(producer, producer_info{id, std::move(spawner_id)});
  producer_by_any_address_.insert_or_assign(producer, producer);
  for (const auto& each : additional)
    producer_by_any_address_.insert_or_assign(each, producer);
  entries_.fetch_add(1, std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_release);
}

void flow_controls::add_spawner(const address& spawner, const flow_control_id& id) {
  const lock guard{mutex_};
  spawners_.insert_or_assign(spawner, id);
  entries_.fetch_add(1, std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_release);
}

std::set<address> flow_controls::consumers(const flow_control_id& id) const {
  const std::shared_lock guard{mutex_};
  const auto found = consumers_.find(id);
  if (found == consumers_.end())
    return {};
  return {found->second.begin(), found->second.end()};
}

std::optional<flow_control_id> flow_controls::find_spawner(const address& exact) const {
  const std::shared_lock guard{mutex_};
  const auto found = spawners_.find(exact);
  return found != spawners_.end() ? std::optional{found->second} : std::nullopt;
}

std::optional<producer_info> flow_controls::find_producer_exactly(const address& exact) const {
  const std::shared_lock guard{mutex_};
  const auto found = producers_.find(exact);
  return found != producers_.end() ? std::optional{found->second} : std::nullopt;
}

std::optional<producer_info> flow_controls::find_producer(const address& any) const {
  const std::shared_lock guard{mutex_};
  const auto name = producer_by_any_address_.find(any);
  if (name == producer_by_any_address_.end())
    return std::nullopt;
  const auto found = producers_.find(name->second);
  return found != producers_.end() ? std::optional{found->second} : std::nullopt;
}

std::vector<flow_control_id> flow_controls::consumed_by(const address& consumer) const {
  const std::shared_lock guard{mutex_};
  std::vector<flow_control_id> ids;
  for (const auto& [id, members] : consumers_)
    if (members.contains(consumer))
      ids.push_back(id);
  return ids;
}

bool flow_controls::is_consumer(address_view consumer, const flow_control_id& id) const {
  const std::shared_lock guard{mutex_};
  const auto found = consumers_.find(id);
  return found != consumers_.end() && found->second.find(consumer) != found->second.end();
}

bool flow_controls::any_producer_with(const flow_control_id& id) const {
  return std::ranges::any_of(producers_, [&](const auto& each) { return each.second.id == id; });
}

bool flow_controls::any_producer_spawned_by(const flow_control_id& id) const {
  return std::ranges::any_of(producers_,
                             [&](const auto& each) { return each.second.spawner_id == id; });
}

bool flow_controls::any_spawner_with(const flow_control_id& id) const {
  return std::ranges::any_of(spawners_, [&](const auto& each) { return each.second == id; });
}

void flow_controls::clean_up(const address& gone) {
  if (entries_.load(std::memory_order_relaxed) == 0) // a node without transports
    return;
  const lock guard{mutex_};
  clean_up_spawner(gone);
  clean_up_producer(gone);
  clean_up_consumer(gone);
  if (consumers_.empty() && producers_.empty() && spawners_.empty())
    entries_.store(0, std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_release);
}

void flow_controls::clean_up_spawner(const address& gone) {
  const auto found = spawners_.find(gone);
  if (found == spawners_.end())
    return;
  const auto id = found->second;
  spawners_.erase(found);
  if (!any_spawner_with(id) && !any_producer_spawned_by(id))
    consumers_.erase(id);
}

void flow_controls::clean_up_producer(const address& gone) {
  const auto found = producers_.find(gone);
  if (found == producers_.end())
    return;
  const auto info = found->second;
  producers_.erase(found);
  std::erase_if(producer_by_any_address_, [&](const auto& each) { return each.second == gone; });
  if (info.spawner_id && !any_spawner_with(*info.spawner_id)
      && !any_producer_spawned_by(*info.spawner_id))
    consumers_.erase(*info.spawner_id);
  if (!any_producer_with(info.id))
    consumers_.erase(info.id);
}

void flow_controls::clean_up_consumer(const address& gone) {
  for (auto each = consumers_.begin(); each != consumers_.end();) {
    each->second.erase(gone);
    each = each->second.empty() ? consumers_.erase(each) : std::next(each);
  }
}

bool flow_controls::empty() const {
  const std::shared_lock guard{mutex_};
  return consumers_.empty() && producers_.empty() && producer_by_any_address_.empty()
         && spawners_.empty();
}

namespace {

class flow_control_access final : public access_control {
public:
  flow_control_access(std::shared_ptr<const flow_controls> registry, flow_control_id id,
                      std::optional<flow_control_id> spawner_id)
    : registry_{std::move(registry)}, id_{std::move(id)}, spawner_id_{std::move(spawner_id)} {}

  result<bool> is_authorized(const relay_message& what) const override {
    const auto& onward = what.content.onward_route();
    if (onward.empty())
      return fail(errc::empty_route, "flow control needs the next address of the onward route");
    const auto next = onward.front();
    // One connection asks about the same few addresses again and again: admissions of this
    // generation of the registry are kept here, so that connections do not share a lock.
    const auto generation = registry_->generation();
    const std::lock_guard guard{mutex_};
    if (generation != generation_) {
      admitted_.clear();
      generation_ = generation;
    }
    if (std::ranges::find(admitted_, next, [](const address& a) { return address_view{a}; })
        != admitted_.end())
      return true;
    const bool admitted = registry_->is_consumer(next, id_)
                          || (spawner_id_ && registry_->is_consumer(next, *spawner_id_));
    if (admitted && admitted_.size() < max_admitted)
      admitted_.emplace_back(next);
    return admitted;
  }

  std::string remedy(const relay_message& what) const override {
    const auto next = to_string(what.destination);
    std::string consumed;
    for (const auto& id : registry_->consumed_by(what.destination))
      consumed += (consumed.empty() ? "" : ", ") + to_string(id);
    return next + " is not a consumer of flow control " + to_string(id_)
           + (spawner_id_ ? " or of its listener's " + to_string(*spawner_id_) : std::string{})
           + " (it consumes " + (consumed.empty() ? "none" : consumed)
           + "); to admit it: flow_control().add_consumer(\""
           + std::string{what.destination.value()} + "\", id)";
  }

private:
  static constexpr std::size_t max_admitted = 16;

  const std::shared_ptr<const flow_controls> registry_;
  const flow_control_id id_;
  const std::optional<flow_control_id> spawner_id_;
  mutable std::mutex mutex_;
  mutable std::uint64_t generation_ = 0;
  mutable std::vector<address> admitted_;
};

} // namespace

access_control_ptr flow_control(std::shared_ptr<const flow_controls> registry, flow_control_id id,
                                std::optional<flow_control_id> spawner_id) {
  return std::make_shared<flow_control_access>(std::move(registry), std::move(id),
                                               std::move(spawner_id));
}

} // namespace ockam
