#pragma once

#include "ockam/actors/access_control.hpp"
#include "ockam/actors/detail/export.hpp"
#include "ockam/protocol/address.hpp"

#include <atomic>
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace ockam {

/// Identifies a listener or a connection for flow control. 32 hex digits.
class flow_control_id {
public:
  /// A new id, for a listener or connection that is still to be made.
  OCKAM_ACTORS_EXPORT static flow_control_id random();

  explicit flow_control_id(std::string_view text) : text_{transport_type::local, text} {}

  [[nodiscard]] std::string_view text() const noexcept { return text_.value(); }
  auto operator<=>(const flow_control_id&) const = default;

private:
  address text_; // compact: has the size of a random address
};

inline std::string to_string(const flow_control_id& id) {
  return std::string{id.text()};
}

/// The ids of a producer: an address through which messages from outside enter the node.
struct producer_info {
  flow_control_id id;
  std::optional<flow_control_id> spawner_id; // of the listener that accepted it
  bool operator==(const producer_info&) const = default;
};

/// Which addresses messages from outside may reach, by producer (docs/ideas/flow_control.md).
///
/// A message that comes in through a producer is delivered only to addresses that were registered
/// as consumers of the producer's id or of its spawner's id. Thread-safe; a change counts for
/// the next message.
class OCKAM_ACTORS_EXPORT flow_controls {
public:
  /// Idempotent; neither the address nor the id has to exist.
  void add_consumer(const address& consumer, const flow_control_id& id);

  /// Overwrites an entry of the same address. `additional` are further addresses by which
  /// `find_producer` finds it.
  void add_producer(const address& producer, const flow_control_id& id,
                    std::optional<flow_control_id> spawner_id = {},
                    const std::vector<address>& additional = {});

  /// Overwrites.
  void add_spawner(const address& spawner, const flow_control_id& id);

  /// The consumers of an id; empty when it has none.
  [[nodiscard]] std::set<address> consumers(const flow_control_id& id) const;

  /// The id of the listener at this address; nullopt when no spawner has it.
  [[nodiscard]] std::optional<flow_control_id> find_spawner(const address& exact) const;

  /// The producer with this primary address; nullopt when there is none.
  [[nodiscard]] std::optional<producer_info> find_producer_exactly(const address& exact) const;

  /// As `find_producer_exactly`, by primary or additional address.
  [[nodiscard]] std::optional<producer_info> find_producer(const address& any) const;

  /// The ids that this address is a consumer of, in their order.
  [[nodiscard]] std::vector<flow_control_id> consumed_by(const address& consumer) const;

  [[nodiscard]] bool is_consumer(address_view consumer, const flow_control_id& id) const;

  /// Removes all entries of an address, and the consumers of an id that no listener or connection uses
  /// any more. The node calls this when an address is removed.
  void clean_up(const address& gone);

  /// Whether there is no entry at all.
  [[nodiscard]] bool empty() const;

  /// Changes with every change of the tables; a decision made under the same number still holds.
  [[nodiscard]] std::uint64_t generation() const noexcept {
    return generation_.load(std::memory_order_acquire);
  }

private:
  using lock = std::unique_lock<std::shared_mutex>;

  struct users { // of an id; the consumers are removed with the last one
    std::uint32_t producers = 0;
    std::uint32_t spawned = 0; // producers that have it as their spawner's
    std::uint32_t spawners = 0;
  };
  using users_by_id = std::map<flow_control_id, users>;
  struct producer_entry { // one per connection, so it is small
    users_by_id::iterator id;
    users_by_id::iterator spawner_id; // or users_.end()
    std::vector<address> additional;
  };
  using producers_by_address = std::map<address, producer_entry>;
  using consumers_by_id = std::map<flow_control_id, std::set<address, std::less<>>>;
  struct by_id {
    bool operator()(consumers_by_id::iterator a, consumers_by_id::iterator b) const noexcept {
      return a->first < b->first;
    }
  };

  void changed() noexcept;
  users_by_id::iterator adopt(const flow_control_id& id, std::uint32_t users::*role);
  [[nodiscard]] producer_info info_of(const producer_entry& what) const;
  std::optional<flow_control_id> take_spawner(const address& gone);
  std::optional<producer_info> take_producer(const address& gone);
  void release(const producer_entry& gone);
  void release(users_by_id::iterator of, std::uint32_t users::*role);
  [[nodiscard]] bool is_producer_or_spawner(const flow_control_id& id) const;
  void forget_consumer(const address& gone);
  void forget_consumers(const flow_control_id& id);

  mutable std::shared_mutex mutex_;
  std::atomic<std::uint64_t> generation_{1};
  std::atomic<bool> in_use_{false};
  consumers_by_id consumers_;
  std::map<address, std::set<consumers_by_id::iterator, by_id>> consumed_; // the same by consumer
  users_by_id users_;
  producers_by_address producers_;
  std::map<address, producers_by_address::iterator> producer_by_additional_address_;
  std::map<address, users_by_id::iterator> spawners_;
};

/// Outgoing control of a producer: the next address is a consumer of `id` or of `spawner_id`. Compares
/// whole addresses; later hops are not looked at.
OCKAM_ACTORS_EXPORT access_control_ptr
allow_consumers_of(std::shared_ptr<const flow_controls> registry, flow_control_id id,
                   std::optional<flow_control_id> spawner_id = {});

} // namespace ockam
