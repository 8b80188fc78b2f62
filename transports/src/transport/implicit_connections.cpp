#include "ockam/transports/transport/implicit_connections.hpp"

namespace ockam::internal {

namespace {

constexpr std::size_t max_waiting = 1'024;

} // namespace

void implicit_connections::get(const std::string& peer, on_ready ready,
                               const std::function<void(on_connected)>& connect) {
  std::unique_lock guard{mutex_};
  auto& entry = by_peer_[peer];
  if (entry.open && entry.open->is_open() && !entry.connecting) {
    const auto address = entry.open->sender_address();
    guard.unlock();
    return ready(address);
  }
  if (entry.waiting.size() >= max_waiting) {
    guard.unlock();
    return ready(fail(errc::resource_exhausted,
                      std::to_string(max_waiting) + " messages wait for a connection to " + peer));
  }
  entry.waiting.push_back(std::move(ready));
  if (std::exchange(entry.connecting, true))
    return;
  guard.unlock();
  connect([this, peer](const result<connection>& outcome) { connected(peer, outcome); });
}

void implicit_connections::connected(const std::string& peer, const result<connection>& outcome) {
  const auto address = outcome.map([](const connection& made) { return made.sender_address(); });
  std::unique_lock guard{mutex_};
  auto& entry = by_peer_[peer];
  // later callers wait while the first ones are served: the order is kept
  while (!entry.waiting.empty()) {
    std::vector<on_ready> served;
    served.swap(entry.waiting);
    guard.unlock();
    for (auto& ready : served)
      ready(address);
    guard.lock();
  }
  if (outcome)
    entry.open = *outcome;
  entry.connecting = false;
  if (!outcome)
    by_peer_.erase(peer); // the next message tries again
}

} // namespace ockam::internal
