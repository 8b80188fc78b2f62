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

/// Names one entrance to the node: a listener, a connection. 32 hex digits.
class flow_control_id {
public:
  /// A new id; it exists before the listener or connection it is for.
  OCKAM_ACTORS_EXPORT static flow_control_id random();

  explicit flow_control_id(std::string_view text) : text_{transport_type::local, text} {}

  [[nodiscard]] std::string_view text() const noexcept { return text_.value(); }
  auto operator<=>(const flow_control_id&) const = default;

private:
  address text_; // for its room: an id is kept in many places, and has the size of a random address
};

inline std::string to_string(const flow_control_id& id) {
  return std::string{id.text()};
}

/// An address through which messages from outside enter the node.
struct producer_info {
  flow_control_id id;
  std::optional<flow_control_id> spawner_id; // of the listener that accepted it
  bool operator==(const producer_info&) const = default;
};

/// Who may be reached from outside, and through which entrance (docs/ideas/flow_control.md).
///
/// A message that comes in through a producer is delivered only to addresses that were registered
/// as consumers of the producer's id or of its spawner's id. Thread-safe; every change counts for
/// the next message (FCO-8).
class OCKAM_ACTORS_EXPORT flow_controls {
public:
  /// Idempotent; neither the address nor the id has to exist (FCO-1).
  void add_consumer(const address& consumer, const flow_control_id& id);

  /// Overwrites an entry of the same address (FCO-2). `additional` are further addresses by which
  /// `find_producer` finds it.
  void add_producer(const address& producer, const flow_control_id& id,
                    std::optional<flow_control_id> spawner_id = {},
                    const std::vector<address>& additional = {});

  /// Overwrites (FCO-3).
  void add_spawner(const address& spawner, const flow_control_id& id);

  [[nodiscard]] std::set<address> consumers(const flow_control_id& id) const;            // FCO-4
  [[nodiscard]] std::optional<flow_control_id> find_spawner(const address& exact) const; // FCO-5
  [[nodiscard]] std::optional<producer_info> find_producer_exactly(const address& exact) const;

  /// Matches a producer's own and its additional addresses (FCO-6).
  [[nodiscard]] std::optional<producer_info> find_producer(const address& any) const;

  [[nodiscard]] std::vector<flow_control_id> consumed_by(const address& consumer) const; // FCO-7
  [[nodiscard]] bool is_consumer(address_view consumer, const flow_control_id& id) const;

  /// Forgets everything about an address that is gone (FCC-1 to FCC-3).
  void clean_up(const address& gone);

  /// All four tables are empty (FCC-4).
  [[nodiscard]] bool empty() const;

  /// Changes with every change of the tables; a decision made under the same number still holds.
  [[nodiscard]] std::uint64_t generation() const noexcept {
    return generation_.load(std::memory_order_acquire);
  }

private:
  using lock = std::unique_lock<std::shared_mutex>;

  struct users { // of an id: its last one takes the consumers with it
    std::uint32_t producers = 0;
    std::uint32_t spawned = 0; // producers that have it as their spawner's
    std::uint32_t spawners = 0;
  };
  using users_by_id = std::map<flow_control_id, users>;
  struct entrance { // of a producer; there is one for each connection, so it is small
    users_by_id::iterator id;
    users_by_id::iterator spawner_id; // or users_.end()
    std::vector<address> additional;
  };
  using entrances = std::map<address, entrance>;
  using consumers_by_id = std::map<flow_control_id, std::set<address, std::less<>>>;
  struct by_id {
    bool operator()(consumers_by_id::iterator a, consumers_by_id::iterator b) const noexcept {
      return a->first < b->first;
    }
  };

  void changed() noexcept;
  users_by_id::iterator take_on(const flow_control_id& id, std::uint32_t users::*role);
  [[nodiscard]] producer_info info_of(const entrance& what) const;
  std::optional<flow_control_id> take_spawner(const address& gone);
  std::optional<producer_info> take_producer(const address& gone);
  void release(const entrance& gone);
  void release(users_by_id::iterator of, std::uint32_t users::*role);
  [[nodiscard]] bool names_an_entrance(const flow_control_id& id) const;
  void forget_consumer(const address& gone);
  void forget_consumers(const flow_control_id& id);

  mutable std::shared_mutex mutex_;
  std::atomic<std::uint64_t> generation_{1};
  std::atomic<bool> in_use_{false};
  consumers_by_id consumers_;
  std::map<address, std::set<consumers_by_id::iterator, by_id>> consumed_; // the same by consumer
  users_by_id users_;
  entrances producers_;
  std::map<address, entrances::iterator> producer_by_additional_address_;
  std::map<address, users_by_id::iterator> spawners_;
};

/// Outgoing control of a producer: the next address is a consumer of `id` or of `spawner_id`. Compares
/// whole addresses; later hops are not looked at.
OCKAM_ACTORS_EXPORT access_control_ptr
allow_consumers_of(std::shared_ptr<const flow_controls> registry, flow_control_id id,
                   std::optional<flow_control_id> spawner_id = {});

} // namespace ockam
