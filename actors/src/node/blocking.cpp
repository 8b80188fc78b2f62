#include "ockam/actors/transport/blocking.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ockam {

namespace {

thread_local int reasons_not_to_wait = 0;

/// A plain pointer, for `exit` destroys the objects of its thread before the static ones.
thread_local std::vector<std::function<void()>>* left_to_do = nullptr;

} // namespace

no_blocking::no_blocking() noexcept {
  ++reasons_not_to_wait;
}

no_blocking::~no_blocking() {
  --reasons_not_to_wait;
  if (left_to_do == nullptr) [[likely]]
    return;
  const std::unique_ptr<std::vector<std::function<void()>>> now{std::exchange(left_to_do, nullptr)};
  for (const auto& each : *now)
    each();
}

void after_host_function(std::function<void()> what) {
  if (left_to_do == nullptr)
    left_to_do = new std::vector<std::function<void()>>;
  left_to_do->push_back(std::move(what));
}

bool may_block() noexcept {
  return reasons_not_to_wait == 0;
}

result<void> check_may_block(std::string_view call, std::string_view instead) {
  if (may_block())
    return {};
  return fail(errc::misuse, std::string{call}
                              + " waits, which a worker, an observer or a callback must not do: "
                                "connections and workers wait for its thread; "
                              + std::string{instead});
}

result<void> check_may_block(std::string_view call, std::string_view instead,
                             const std::optional<time_span>& limit) {
  if (limit && limit->value() <= time_span::duration::zero())
    return {};
  return check_may_block(call, instead);
}

} // namespace ockam
