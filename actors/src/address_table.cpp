#include "address_table.hpp"

#include "ockam/protocol/text.hpp"

#include <cstring>

namespace ockam::internal {

namespace {

std::uint64_t random_seed() {
  const auto text = address::random();
  std::uint64_t seed = 0;
  std::memcpy(&seed, text.value().data(), sizeof seed);
  return hash_value(text, seed);
}

} // namespace

address_table::address_table() : seed_{random_seed()} {}

result<void> address_table::insert(const ref_ptr<worker_record>& record) {
  const std::lock_guard guard{changes_};
  if (closed_)
    return fail(*closed_);
  const auto& boxes = record->boxes;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    bool taken = static_cast<bool>(find(boxes[i].address));
    for (std::size_t j = 0; j < i; ++j)
      taken = taken || boxes[j].address == boxes[i].address;
    if (taken)
      return fail(errc::already_exists,
                  "address " + escaped(to_string(boxes[i].address))
                    + " is taken; stop that worker first or choose another name");
  }
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const auto hash = key_of(boxes[i].address).hash;
    auto& shard = shard_of(hash);
    const std::lock_guard inner{shard.mutex};
    shard.entries.insert({{record, static_cast<std::uint16_t>(i)}, hash});
  }
  return {};
}

bool address_table::remove(const worker_record& record) {
  const std::lock_guard guard{changes_};
  bool removed = false;
  for (std::size_t i = 0; i < record.boxes.size(); ++i) {
    set::node_type dropped; // destroyed without the lock: it may be the last reference
    const auto wanted = key_of(record.boxes[i].address);
    auto& shard = shard_of(wanted.hash);
    const std::lock_guard inner{shard.mutex};
    const auto found = shard.entries.find(wanted);
    if (found != shard.entries.end() && found->where.record.get() == &record) {
      dropped = shard.entries.extract(found);
      removed = true;
    }
  }
  generation_.fetch_add(1, std::memory_order_release);
  return removed;
}

located next_hop::find(const address_table& table, address_view next) {
  const auto generation = table.generation(); // before the look-up
  if (!last_ || generation != generation_ || last_.record->address_at(last_.index) != next) {
    last_ = table.find(next);
    generation_ = generation;
    admitted_as_of_.reset();
  }
  return last_;
}

located address_table::find(address_view any) const {
  const auto wanted = key_of(any);
  const auto& shard = shard_of(wanted.hash);
  const std::lock_guard guard{shard.mutex};
  const auto found = shard.entries.find(wanted);
  return found != shard.entries.end() ? found->where : located{};
}

std::vector<ref_ptr<worker_record>> address_table::all() const {
  std::vector<ref_ptr<worker_record>> records;
  for (const auto& shard : shards_) {
    const std::lock_guard guard{shard.mutex};
    for (const auto& each : shard.entries)
      if (each.where.index == 0)
        records.push_back(each.where.record);
  }
  return records;
}

void address_table::close(error why) {
  const std::lock_guard guard{changes_};
  closed_ = std::move(why);
}

} // namespace ockam::internal
