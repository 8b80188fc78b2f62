#include "ockam/actors/flow_controls.hpp"

#include "ockam/protocol/detail/spin_lock.hpp"
#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <mutex>

namespace ockam {

flow_control_id flow_control_id::random() {
  return flow_control_id{address::random().value()};
}

void flow_controls::add_consumer(const address& consumer, const flow_control_id& id) {
  if (is_consumer(consumer, id)) // a relay asks for every message
    return;
  const lock guard{mutex_};
  const auto members = consumers_.try_emplace(id).first;
  members->second.insert(consumer);
  consumed_[consumer].insert(members);
  changed();
}

void flow_controls::add_producer(const address& producer, const flow_control_id& id,
                                 std::optional<flow_control_id> spawner_id,
                                 const std::vector<address>& additional) {
  const lock guard{mutex_};
  const entrance fresh{take_on(id, &users::producers),
                       spawner_id ? take_on(*spawner_id, &users::spawned) : users_.end(),
                       {}};
  const auto [own, is_new] = producers_.try_emplace(producer, fresh);
  if (!is_new) { // what it is found by stays
    release(own->second);
    own->second.id = fresh.id;
    own->second.spawner_id = fresh.spawner_id;
  }
  producer_by_additional_address_.erase(producer); // of another one
  auto& found_by = own->second.additional;
  for (const auto& each : additional) {
    if (each == producer)
      continue;
    if (std::ranges::find(found_by, each) == found_by.end())
      found_by.push_back(each);
    producer_by_additional_address_.insert_or_assign(each, own);
  }
  changed();
}

/// An id has one more who goes by it.
flow_controls::users_by_id::iterator flow_controls::take_on(const flow_control_id& id,
                                                            std::uint32_t users::*role) {
  const auto found = users_.try_emplace(id).first;
  ++(found->second.*role);
  return found;
}

void flow_controls::add_spawner(const address& spawner, const flow_control_id& id) {
  const lock guard{mutex_};
  const auto taken = take_on(id, &users::spawners);
  take_spawner(spawner);
  spawners_.emplace(spawner, taken);
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
  return found != spawners_.end() ? std::optional{found->second->first} : std::nullopt;
}

producer_info flow_controls::info_of(const entrance& what) const {
  return {what.id->first,
          what.spawner_id != users_.end() ? std::optional{what.spawner_id->first} : std::nullopt};
}

std::optional<producer_info> flow_controls::find_producer_exactly(const address& exact) const {
  const std::shared_lock guard{mutex_};
  const auto found = producers_.find(exact);
  return found != producers_.end() ? std::optional{info_of(found->second)} : std::nullopt;
}

std::optional<producer_info> flow_controls::find_producer(const address& any) const {
  const std::shared_lock guard{mutex_};
  if (const auto found = producer_by_additional_address_.find(any);
      found != producer_by_additional_address_.end())
    return info_of(found->second->second);
  const auto found = producers_.find(any);
  return found != producers_.end() ? std::optional{info_of(found->second)} : std::nullopt;
}

std::vector<flow_control_id> flow_controls::consumed_by(const address& consumer) const {
  const std::shared_lock guard{mutex_};
  const auto found = consumed_.find(consumer);
  if (found == consumed_.end())
    return {};
  std::vector<flow_control_id> ids;
  for (const auto members : found->second)
    ids.push_back(members->first);
  return ids;
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
  forget_consumer(gone);
  changed();
}

/// Removes a spawner; returns its id.
std::optional<flow_control_id> flow_controls::take_spawner(const address& gone) {
  const auto taken = spawners_.extract(gone);
  if (taken.empty())
    return std::nullopt;
  auto id = taken.mapped()->first;
  release(taken.mapped(), &users::spawners);
  return id;
}

/// Removes a producer and all addresses it is found by.
std::optional<producer_info> flow_controls::take_producer(const address& gone) {
  const auto taken = producers_.find(gone);
  if (taken == producers_.end())
    return std::nullopt;
  const auto& what = taken->second;
  for (const auto& each : what.additional)
    if (const auto found = producer_by_additional_address_.find(each);
        found != producer_by_additional_address_.end() && found->second == taken)
      producer_by_additional_address_.erase(found);
  auto info = info_of(what);
  release(what);
  producers_.erase(taken);
  return info;
}

void flow_controls::release(const entrance& gone) {
  release(gone.id, &users::producers);
  if (gone.spawner_id != users_.end())
    release(gone.spawner_id, &users::spawned);
}

void flow_controls::release(users_by_id::iterator of, std::uint32_t users::*role) {
  auto& left = of->second;
  --(left.*role);
  if (left.producers + left.spawned + left.spawners == 0)
    users_.erase(of);
}

/// Whether a listener, or a connection that one has accepted, still goes by this id.
bool flow_controls::names_an_entrance(const flow_control_id& id) const {
  const auto found = users_.find(id);
  return found != users_.end() && found->second.spawned + found->second.spawners > 0;
}

/// Takes a consumer out of every set.
void flow_controls::forget_consumer(const address& gone) {
  const auto consumed = consumed_.extract(gone);
  if (consumed.empty())
    return;
  for (const auto members : consumed.mapped()) {
    members->second.erase(gone);
    if (members->second.empty())
      consumers_.erase(members);
  }
}

/// Takes everybody out of the set of an id.
void flow_controls::forget_consumers(const flow_control_id& id) {
  const auto members = consumers_.find(id);
  if (members == consumers_.end())
    return;
  for (const auto& each : members->second)
    if (const auto consumed = consumed_.find(each); consumed->second.size() == 1)
      consumed_.erase(consumed);
    else
      consumed->second.erase(members);
  consumers_.erase(members);
}

bool flow_controls::empty() const {
  const std::shared_lock guard{mutex_};
  return consumers_.empty() && producers_.empty() && producer_by_additional_address_.empty()
         && spawners_.empty() && consumed_.empty() && users_.empty();
}

namespace {

class consumers_of final : public access_control {
public:
  consumers_of(std::shared_ptr<const flow_controls> registry, flow_control_id id,
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
    if (was_admitted(next, generation))
      return true;
    const bool admitted = registry_->is_consumer(next, id_)
                          || (spawner_id_ && registry_->is_consumer(next, *spawner_id_));
    if (admitted)
      keep(next, generation);
    return admitted;
  }

  std::string remedy(const relay_message& what) const override {
    const auto next = escaped(to_string(what.destination));
    std::string consumed;
    for (const auto& id : registry_->consumed_by(what.destination))
      consumed += (consumed.empty() ? "" : ", ") + to_string(id);
    return next + " is not a consumer of flow control " + to_string(id_)
           + (spawner_id_ ? " or of its listener's " + to_string(*spawner_id_) : std::string{})
           + " (it consumes " + (consumed.empty() ? "none" : consumed)
           + "); to admit it: flow_controls().add_consumer(\""
           + std::string{what.destination.value()} + "\", id)";
  }

private:
  static constexpr std::size_t max_admitted = 16;

  // The registry is asked without our lock: others would spin while it waits for the one of the registry.

  bool was_admitted(address_view next, std::uint64_t generation) const {
    const std::lock_guard guard{lock_};
    if (generation > generation_) {
      admitted_.clear();
      generation_ = generation;
    }
    return is_kept(next);
  }

  /// @param generation  read before the registry was asked
  void keep(address_view next, std::uint64_t generation) const {
    const std::lock_guard guard{lock_};
    if (generation == generation_ && admitted_.size() < max_admitted && !is_kept(next))
      admitted_.emplace_back(next);
  }

  [[nodiscard]] bool is_kept(address_view next) const {
    return std::ranges::find(admitted_, next, [](const address& a) { return address_view{a}; })
           != admitted_.end();
  }

  const std::shared_ptr<const flow_controls> registry_;
  const flow_control_id id_;
  const std::optional<flow_control_id> spawner_id_;
  mutable internal::spin_lock lock_;
  mutable std::uint64_t generation_ = 0;
  mutable std::vector<address> admitted_;
};

} // namespace

access_control_ptr allow_consumers_of(std::shared_ptr<const flow_controls> registry,
                                      flow_control_id id,
                                      std::optional<flow_control_id> spawner_id) {
  return std::make_shared<consumers_of>(std::move(registry), std::move(id), std::move(spawner_id));
}

} // namespace ockam
