#include "name_cache.hpp"

#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <iterator>

namespace ockam::udp::detail {

namespace {

constexpr std::size_t max_names = 256;
constexpr std::size_t max_waiting = 1'024; // messages for one name

/// An answer expires after that.
constexpr std::chrono::seconds fresh{30};

} // namespace

result<name_cache::answer> name_cache::find(const std::string& host, std::uint16_t port,
                                            message& content, clock::time_point now) {
  const std::lock_guard guard{mutex_};
  if (closed_)
    return fail(errc::not_found, "the binding has ended; bind again");
  auto found = names_.find(host);
  if (found != names_.end() && found->second.known && now - found->second.since > fresh) {
    names_.erase(found);
    found = names_.end();
  }
  const bool is_new = found == names_.end();
  if (is_new && !make_room())
    return fail(errc::resource_exhausted,
                std::to_string(max_names) + " names of hosts are being looked up; send slower");
  if (is_new)
    found = names_.emplace(host, entry{.since = now}).first;
  auto& entry = found->second;
  if (entry.known)
    return answer{.known = entry.known};
  if (entry.messages.size() >= max_waiting)
    return fail(errc::resource_exhausted, std::to_string(max_waiting) + " messages wait until "
                                            + escaped(host) + " is looked up; send slower");
  entry.messages.push_back({std::move(content), port});
  return answer{.look_up = is_new};
}

void name_cache::found(const std::string& host, const asio::ip::address& where,
                       clock::time_point now, const std::function<void(waiting&&)>& send) {
  std::unique_lock guard{mutex_};
  for (;;) {
    const auto at = names_.find(host);
    if (at == names_.end())
      return;
    if (at->second.messages.empty()) { // only now others may overtake none
      at->second.known = where;
      at->second.since = now;
      return;
    }
    std::vector<waiting> sent;
    sent.swap(at->second.messages);
    guard.unlock();
    for (auto& each : sent)
      send(std::move(each));
    guard.lock();
  }
}

std::vector<name_cache::waiting> name_cache::failed(const std::string& host) {
  const std::lock_guard guard{mutex_};
  const auto at = names_.find(host);
  if (at == names_.end())
    return {};
  auto waited = std::move(at->second.messages);
  names_.erase(at);
  return waited;
}

std::vector<name_cache::waiting> name_cache::close() {
  const std::lock_guard guard{mutex_};
  closed_ = true;
  std::vector<waiting> all;
  for (auto& [host, entry] : names_)
    std::ranges::move(entry.messages, std::back_inserter(all));
  names_.clear();
  return all;
}

/// Makes room for a name: removes the oldest answers.
bool name_cache::make_room() {
  if (names_.size() < max_names)
    return true;
  auto oldest = names_.end();
  for (auto at = names_.begin(); at != names_.end(); ++at)
    if (at->second.known && (oldest == names_.end() || at->second.since < oldest->second.since))
      oldest = at;
  if (oldest == names_.end())
    return false;
  names_.erase(oldest);
  return true;
}

} // namespace ockam::udp::detail
