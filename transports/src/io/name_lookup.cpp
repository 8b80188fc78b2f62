#include "ockam/transports/io/name_lookup.hpp"

#include "this_machine.hpp"

#include "ockam/actors/transport/host_calls.hpp"
#include "ockam/protocol/text.hpp"

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace ockam::internal {

namespace {

/// Names that are looked up side by side; further ones wait.
constexpr std::size_t max_threads = 32;

/// A thread without a name to look up ends after that.
constexpr std::chrono::seconds idle_time{10};

class resolver_category final : public std::error_category {
public:
  [[nodiscard]] const char* name() const noexcept override { return "resolver"; }
  [[nodiscard]] std::string message(int code) const override { return ::gai_strerror(code); }
};

std::error_code resolver_error(int code) {
  static const auto& category = *new resolver_category; // for threads that outlive main
  if (code == EAI_SYSTEM)
    return {errno, std::system_category()};
  if (code == EAI_MEMORY)
    return make_error_code(std::errc::not_enough_memory);
  return {code, category};
}

ip_address address_of(const ::addrinfo& entry) noexcept {
  ip_address made;
  if (entry.ai_family == AF_INET6) {
    ::sockaddr_in6 where{};
    std::memcpy(&where, entry.ai_addr, sizeof where);
    std::memcpy(made.bytes.data(), &where.sin6_addr, made.bytes.size());
    made.zone = where.sin6_scope_id;
    made.is_v6 = true;
  } else {
    ::sockaddr_in where{};
    std::memcpy(&where, entry.ai_addr, sizeof where);
    std::memcpy(made.bytes.data(), &where.sin_addr, sizeof where.sin_addr);
  }
  return made;
}

error not_found(const std::string& host, std::error_code why) {
  return {why, "resolving " + escaped(host) + ": check the name, or use an IP address"};
}

found_addresses ask_system(const std::string& host) {
  ::addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM; // each address once
  ::addrinfo* first = nullptr;
  if (const int failed = ::getaddrinfo(host.c_str(), nullptr, &hints, &first); failed != 0)
    return fail(not_found(host, resolver_error(failed)));
  const std::unique_ptr<::addrinfo, decltype(&::freeaddrinfo)> entries{first, &::freeaddrinfo};
  std::vector<ip_address> found;
  for (const auto* each = first; each != nullptr; each = each->ai_next)
    if (each->ai_family == AF_INET || each->ai_family == AF_INET6)
      found.push_back(address_of(*each));
  if (found.empty())
    return fail(not_found(host, make_error_code(std::errc::host_unreachable)));
  return found;
}

std::vector<ip_address> loopback() {
  ip_address v4{.bytes = {127, 0, 0, 1}};
  ip_address v6{.is_v6 = true};
  v6.bytes.back() = 1;
  return {v4, v6};
}

} // namespace

/// What the owner of a look-up and the thread share.
struct name_lookup::request {
  std::mutex mutex;
  on_done done;

  void finish(const found_addresses& found) {
    const std::lock_guard guard{mutex};
    if (const auto called = std::exchange(done, nullptr))
      called(found);
  }
};

namespace {

using request_ptr = std::weak_ptr<name_lookup::request>;

/// The names of all transports of the process. It is never destroyed, for its threads may be in the
/// resolver when the process ends.
class resolver_threads {
public:
  static resolver_threads& instance() {
    static auto& only = *new resolver_threads;
    return only;
  }

  /// A name that others ask for already is looked up once for all.
  result<void> add(const std::string& host, const request_ptr& requester) {
    const std::lock_guard guard{mutex_};
    const auto [name, is_new] = requesters_.try_emplace(host);
    std::erase_if(name->second, [](const auto& each) { return each.expired(); });
    name->second.push_back(requester);
    if (!is_new)
      return {};
    waiting_.push_back(host);
    if (waiting_.size() <= idle_)
      changed_.notify_one();
    else if (threads_ < max_threads)
      return start_thread(name);
    return {};
  }

  void replace_resolver(std::function<found_addresses(const std::string&)> by) {
    const std::lock_guard guard{mutex_};
    resolver_ = by ? std::move(by) : &ask_system;
  }

private:
  using names = std::map<std::string, std::vector<request_ptr>>;

  result<void> start_thread(names::iterator first) {
    try {
      std::thread{[this] { run(); }}.detach();
      ++threads_;
    } catch (const std::system_error& failed) {
      if (threads_ > 0) // one of them will
        return {};
      waiting_.pop_back();
      const auto host = first->first;
      requesters_.erase(first);
      return fail(error{failed.code(), "resolving " + escaped(host)
                                         + " needs a thread; raise the limit of "
                                           "threads (ulimit -u), or use an IP address"});
    }
    return {};
  }

  void run() {
    std::unique_lock guard{mutex_};
    while (wait_for_name(guard)) {
      const auto host = std::move(waiting_.front());
      waiting_.pop_front();
      const auto resolver = resolver_;
      guard.unlock();
      auto found = caught([&] { return resolver(host); });
      if (!found && is_this_machine(host))
        found = loopback();
      guard.lock();
      const auto requesters = requesters_.extract(host);
      guard.unlock();
      for (const auto& each : requesters.mapped())
        if (const auto requester = each.lock())
          requester->finish(found);
      guard.lock();
    }
    --threads_;
  }

  /// False when there is none for long. Names whose requesters have given up are left out.
  bool wait_for_name(std::unique_lock<std::mutex>& guard) {
    for (;;) {
      ++idle_;
      const bool comes = changed_.wait_for(guard, idle_time, [this] { return !waiting_.empty(); });
      --idle_;
      if (!comes)
        return false;
      const auto name = requesters_.find(waiting_.front());
      if (std::ranges::any_of(name->second, [](const auto& each) { return !each.expired(); }))
        return true;
      waiting_.pop_front();
      requesters_.erase(name);
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<found_addresses(const std::string&)> resolver_ = &ask_system;
  names requesters_;                // of names that wait, or are being looked up
  std::deque<std::string> waiting_; // no thread has taken them
  std::size_t threads_ = 0;
  std::size_t idle_ = 0;
};

} // namespace

void name_lookup::start(const std::string& host, on_done done) {
  cancel();
  request_ = std::make_shared<request>();
  request_->done = std::move(done);
  if (auto added = resolver_threads::instance().add(host, request_); !added)
    request_->finish(fail(std::move(added.error())));
}

void name_lookup::cancel() noexcept {
  if (const auto given_up = std::exchange(request_, nullptr)) {
    const std::lock_guard guard{given_up->mutex};
    given_up->done = nullptr;
  }
}

void set_resolver(std::function<found_addresses(const std::string& host)> resolver) {
  resolver_threads::instance().replace_resolver(std::move(resolver));
}

} // namespace ockam::internal
