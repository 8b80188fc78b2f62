#include "address_table.hpp"

#include "ockam/protocol/text.hpp"

#include <algorithm>
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

/// The shards of all addresses of a worker, locked. Always in the same order, so that no thread waits in a
/// circle.
class address_table::locked_shards {
public:
  locked_shards(const address_table& table, const mailbox_list& boxes) {
    if (boxes.size() == 1) {
      only_ = std::unique_lock{table.shard_of(table.hash_of(boxes.front().address)).mutex};
      return;
    }
    std::vector<address_shard*> wanted;
    for (std::size_t i = 0; i < boxes.size(); ++i)
      wanted.push_back(&table.shard_of(table.hash_of(boxes[i].address)));
    std::ranges::sort(wanted);
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    for (auto* each : wanted)
      more_.emplace_back(each->mutex);
  }

private:
  std::unique_lock<std::mutex> only_;
  std::vector<std::unique_lock<std::mutex>> more_;
};

address_table::address_table() : seed_{random_seed()} {}

result<void> address_table::insert(const ref_ptr<worker_record>& record) {
  const auto& boxes = record->boxes;
  const locked_shards locked{*this, boxes};
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const auto& own = boxes[i].address;
    const auto hash = hash_of(own);
    auto& shard = shard_of(hash);
    if (shard.closed)
      return why_closed();
    bool taken = shard.find(own, hash) != nullptr;
    for (std::size_t j = 0; j < i; ++j)
      taken = taken || boxes[j].address == own;
    if (taken)
      return fail(errc::already_exists,
                  "address " + escaped(to_string(own))
                    + " is taken; stop that worker first or choose another name");
    shard.make_room(boxes.size());
  }
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const auto hash = hash_of(boxes[i].address);
    shard_of(hash).put({record, static_cast<std::uint16_t>(i)}, hash);
  }
  return {};
}

bool address_table::remove(const worker_record& record) {
  ref_ptr<worker_record> removed; // dropped without a lock: it may be the last reference
  {
    const locked_shards locked{*this, record.boxes};
    for (std::size_t i = 0; i < record.boxes.size(); ++i) {
      const auto& own = record.boxes[i].address;
      const auto hash = hash_of(own);
      if (auto taken = shard_of(hash).take(record, own, hash))
        removed = std::move(taken.record);
    }
  }
  generation_.fetch_add(1, std::memory_order_release);
  return static_cast<bool>(removed);
}

const located& route_cache::find(const address_table& table, address_view next) {
  const auto generation = table.generation(); // before the look-up
  if (!last_ || generation != generation_ || last_.record->address_at(last_.index) != next) {
    last_ = table.find(next);
    generation_ = generation;
    admitted_generation_.reset();
  }
  return last_;
}

located address_table::find(address_view any) const {
  const auto hash = hash_of(any);
  const auto& shard = shard_of(hash);
  const std::lock_guard guard{shard.mutex};
  const auto* found = shard.find(any, hash);
  return found != nullptr ? *found : located{};
}

std::vector<ref_ptr<worker_record>> address_table::all() const {
  std::vector<ref_ptr<worker_record>> records;
  for (const auto& shard : shards_) {
    const std::lock_guard guard{shard.mutex};
    shard.add_to(records);
  }
  return records;
}

void address_table::close(error why) {
  {
    const std::lock_guard guard{closing_};
    closed_ = std::move(why);
  }
  for (auto& shard : shards_) {
    const std::lock_guard guard{shard.mutex};
    shard.closed = true;
  }
}

tl::unexpected<error> address_table::why_closed() const {
  const std::lock_guard guard{closing_};
  return fail(*closed_);
}

} // namespace ockam::internal
