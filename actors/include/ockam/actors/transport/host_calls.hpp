#pragma once

#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/transport/blocking.hpp"
#include "ockam/actors/transport/log.hpp"
#include "ockam/protocol/result.hpp"

#include <atomic>
#include <cstdint>
#include <exception>
#include <string_view>
#include <type_traits>
#include <utility>

namespace ockam {

namespace internal {

/// Calls a function that returns a result; whatever it throws becomes an error.
template <class Function>
auto caught(Function&& call) -> std::invoke_result_t<Function> {
  try {
    return call();
  } catch (const failure& thrown) {
    return fail(thrown.error());
  } catch (const std::exception& thrown) {
    return fail(errc::handler_failed, thrown.what());
  } catch (...) {
    return fail(errc::handler_failed, "an exception of unknown type");
  }
}

} // namespace internal

/// The calls of functions that the host has given: observers, what an attempt to connect ends with.
/// What one of them throws costs that call alone; it is logged and counted. Thread-safe.
class host_calls {
public:
  explicit host_calls(node_log& log) noexcept : log_{log} {}

  /// @param what  "the observer of a connection"
  template <class Function>
  void call(std::string_view what, Function&& function) noexcept {
    const no_blocking here;
    const auto outcome = internal::caught([&]() -> result<void> {
      std::forward<Function>(function)();
      return {};
    });
    if (!outcome)
      report(what, outcome.error());
  }

  [[nodiscard]] std::uint64_t failed() const noexcept {
    return failed_.load(std::memory_order_relaxed);
  }

private:
  OCKAM_ACTORS_EXPORT void report(std::string_view what, const error& why) noexcept;

  std::atomic<std::uint64_t> failed_{0};
  node_log& log_;
  log_limit lines_;
};

} // namespace ockam
