#include "log.hpp"

#include "host_calls.hpp"

#include "ockam/protocol/text.hpp"

namespace ockam::internal {

log_limit::verdict log_limit::take() noexcept {
  using namespace std::chrono;
  const auto now = static_cast<std::uint64_t>(
    duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count());
  auto state = state_.load(std::memory_order_relaxed);
  for (;;) {
    auto began = state >> 24;
    auto left_out = (state >> 8) & most_left_out;
    auto lines = state & 0xff;
    const bool first_of_window = lines == 0 || now - began >= 1'000;
    const bool allowed = first_of_window || lines < lines_per_second;
    std::uint64_t to_report = 0;
    if (first_of_window) {
      began = now;
      lines = 1;
      to_report = std::exchange(left_out, 0);
    } else if (allowed) {
      ++lines;
    } else {
      left_out = std::min(left_out + 1, most_left_out);
    }
    if (!state_.compare_exchange_weak(state, began << 24 | left_out << 8 | lines,
                                      std::memory_order_relaxed))
      continue;
    return {allowed, to_report};
  }
}

namespace {

std::string remedy_of(const access_control& control, const relay_message& what) {
  const auto known = caught([&]() -> result<std::string> { return control.remedy(what); });
  return known ? *known : "no remedy is known: " + to_string(known.error());
}

} // namespace

std::string describe_denial(std::string_view direction, const relay_message& what,
                            const access_control& control, const result<bool>& verdict) {
  const auto from = escaped(to_string(what.source));
  const auto to = escaped(to_string(what.destination));
  const auto way = " a message from " + from + " to " + to + ": ";
  if (verdict)
    return std::string{direction} + " access control dropped" + way
           + escaped(remedy_of(control, what), 1024);
  return std::string{direction} + " access control failed for" + way + to_string(verdict.error());
}

} // namespace ockam::internal
