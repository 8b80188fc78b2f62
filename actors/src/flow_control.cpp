#include "ockam/actors/flow_control.hpp"

#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <mutex>

namespace ockam {

namespace {

/// Erases a member of one of a map's sets, and a set that has none left.
template <class Map, class Member>
void erase_member(Map& sets, const typename Map::key_type& key, const Member& member) {
  const auto found = sets.find(key);
  if (found == sets.end())
    return;
  found->second.erase(member);
  if (found->second.empty())
    sets.erase(found);
}

} // namespace

flow_control_id flow_control_id::random() {
  return flow_control_id{std::string{address::random().value()}};
}

void flow_controls::add_consumer(const address& consumer, const flow_control_id& id) {
  if (is_consumer(consumer, id)) // a relay asks for every message
    return;
  const lock guard{mutex_};
  consumers_[id].insert(consumer);
  consumed_[consumer].insert(id);
  changed();
}

void flow_controls::add_producer(const address& producer, const flow_control_id& id,
                                 std::optional<flow_control_id> spawner_id,
                                 const std::vector<address>& additional) {
  const lock guard{mutex_};
  const auto [own, is_new] = producers_.try_emplace(producer);
  auto& [info, found_by] = own->second;
  if (!is_new)
    release(info); // what it is found by stays
  info = {id, std::move(spawner_id)};
  ++users_[info.id].producers;
  if (info.spawner_id)
    ++users_[*info.spawner_id].spawned;
  const auto find_by = [&, &by = found_by](const address& each) {
    producer_by_any_address_.insert_or_assign(each, producer);
    if (std::ranges::find(by, each) == by.end())
      by.push_back(each);
  };
  find_by(producer);
  std::ranges::for_each(additional, find_by);
  changed();
}

void flow_controls::add_spawner(const address& spawner, const flow_control_id& id) {
  const lock guard{mutex_};
  take_spawner(spawner);
  ++users_[id].spawners;
  spawners_.insert_or_assign(spawner, id);
  changed();
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
  return found != producers_.end() ? std::optional{found->second.info} : std::nullopt;
}

std::optional<producer_info> flow_controls::find_producer(const address& any) const {
  const std::shared_lock guard{mutex_};
  const auto name = producer_by_any_address_.find(any);
  if (name == producer_by_any_address_.end())
    return std::nullopt;
  const auto found = producers_.find(name->second);
  return found != producers_.end() ? std::optional{found->second.info} : std::nullopt;
}

std::vector<flow_control_id> flow_controls::consumed_by(const address& consumer) const {
  const std::shared_lock guard{mutex_};
  const auto found = consumed_.find(consumer);
  if (found == consumed_.end())
    return {};
  return {found->second.begin(), found->second.end()};
}

bool flow_controls::is_consumer(address_view consumer, const flow_control_id& id) const {
  const std::shared_lock guard{mutex_};
  const auto found = consumers_.find(id);
  return found != consumers_.end() && found->second.find(consumer) != found->second.end();
}

void flow_controls::changed() noexcept {
  in_use_.store(!consumers_.empty() || !producers_.empty() || !spawners_.empty(),
                std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_release);
}

void flow_controls::clean_up(const address& gone) {
  if (!in_use_.load(std::memory_order_relaxed)) // a node without transports
    return;
  const lock guard{mutex_};
  if (const auto id = take_spawner(gone); id && !names_an_entrance(*id))
    forget_consumers(*id);
  if (const auto info = take_producer(gone)) {
    if (info->spawner_id && !names_an_entrance(*info->spawner_id))
      forget_consumers(*info->spawner_id);
    if (const auto users = users_.find(info->id);
        users == users_.end() || users->second.producers == 0)
      forget_consumers(info->id);
  }
  if (const auto consumed = consumed_.extract(gone); !consumed.empty())
    for (const auto& id : consumed.mapped())
      erase_member(consumers_, id, gone);
  changed();
}

/// Removes a spawner; returns its id.
std::optional<flow_control_id> flow_controls::take_spawner(const address& gone) {
  auto taken = spawners_.extract(gone);
  if (taken.empty())
    return std::nullopt;
  release(taken.mapped(), &users::spawners);
  return std::move(taken.mapped());
}

/// Removes a producer and all addresses it is found by.
std::optional<producer_info> flow_controls::take_producer(const address& gone) {
  auto taken = producers_.extract(gone);
  if (taken.empty())
    return std::nullopt;
  auto& [info, found_by] = taken.mapped();
  for (const auto& each : found_by)
    if (const auto found = producer_by_any_address_.find(each);
        found != producer_by_any_address_.end() && found->second == gone)
      producer_by_any_address_.erase(found);
  release(info);
  return std::move(info);
}

void flow_controls::release(const producer_info& gone) {
  release(gone.id, &users::producers);
  if (gone.spawner_id)
    release(*gone.spawner_id, &users::spawned);
}

void flow_controls::release(const flow_control_id& id, std::size_t users::*role) {
  const auto found = users_.find(id);
  auto& left = found->second;
  --(left.*role);
  if (left.producers + left.spawned + left.spawners == 0)
    users_.erase(found);
}

/// Whether a listener, or a connection that one has accepted, still goes by this id.
bool flow_controls::names_an_entrance(const flow_control_id& id) const {
  const auto found = users_.find(id);
  return found != users_.end() && found->second.spawned + found->second.spawners > 0;
}

void flow_controls::forget_consumers(const flow_control_id& id) {
  if (const auto members = consumers_.extract(id); !members.empty())
    for (const auto& each : members.mapped())
      erase_member(consumed_, each, id);
}

bool flow_controls::empty() const {
  const std::shared_lock guard{mutex_};
  return consumers_.empty() && producers_.empty() && producer_by_any_address_.empty()
         && spawners_.empty() && consumed_.empty() && users_.empty();
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
