#include "ockam/transports/engine/reconnecting.hpp"

#include "ockam/protocol/time_span.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace ockam::sdk {

namespace {

/// The shortest pause between attempts: without one they would use a core.
constexpr std::chrono::milliseconds least_pause{10};

reconnect_policy with_pauses(reconnect_policy policy) {
  policy.first = std::max(policy.first, least_pause);
  policy.longest = std::max(policy.longest, policy.first);
  return policy;
}

/// Spreads the clients of a restarted peer.
std::chrono::milliseconds spread(std::chrono::milliseconds pause) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const std::chrono::duration<double, std::milli> exact{pause};
  const time_span spread{exact * std::uniform_real_distribution{0.8, 1.2}(random)};
  return std::chrono::duration_cast<std::chrono::milliseconds>(spread.value());
}

} // namespace

reconnecting::reconnecting(reconnect_policy policy, reconnector connect)
  : policy_{with_pauses(policy)}, connect_{std::move(connect)}, back_off_{policy_.first} {}

void reconnecting::begin(clock::time_point now, std::uint64_t frames) noexcept {
  attempt_.reset();
  since_ = now;
  frames_before_ = frames;
}

void reconnecting::end(clock::time_point now, std::uint64_t frames) noexcept {
  if (frames != frames_before_ || internal::is_over(policy_.longest, since_, now))
    back_off_ = policy_.first;
}

void reconnecting::try_again(std::function<void(result<std::unique_ptr<carrier>>)> done) {
  const auto pause = spread(back_off_);
  back_off_ += std::min(back_off_, policy_.longest - back_off_);
  ++attempts_;
  attempt_ = connect_(pause, std::move(done));
}

void reconnecting::cancel() noexcept {
  if (const auto attempt = std::exchange(attempt_, nullptr))
    attempt->cancel();
}

} // namespace ockam::sdk
