#pragma once

#include "ockam/actors/detail/caf_compat.hpp"
#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/transport/host_calls.hpp"
#include "ockam/actors/transport/log.hpp"
#include "ockam/protocol/address.hpp"
#include "ockam/protocol/detail/memory_budget.hpp"
#include "ockam/protocol/result.hpp"
#include "ockam/protocol/time_span.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include <caf/fwd.hpp>

namespace ockam {

namespace internal {
class node_state;
} // namespace internal

/// What a node does for its transports: `node.services()`. The parts of a transport share it, and may
/// outlive the node object. Thread-safe.
class OCKAM_ACTORS_EXPORT node_services {
public:
  node_services(const node_services&) = delete;
  node_services& operator=(const node_services&) = delete;

  // -- what a call may do --------------------------------------------------------------------------

  /// Whether this is the child of a `fork`, where the threads of the node do not run and its locks may
  /// be held for ever: only what releases descriptors may be called there.
  [[nodiscard]] bool is_inherited() const noexcept;

  /// errc::misuse in such a child; for every function that begins something.
  [[nodiscard]] result<void> check_process() const;

  /// errc::misuse there, and where the thread must not wait (`no_blocking`); for every function that
  /// waits, before it does anything. One with a `limit` of zero does not wait, and is admitted.
  /// @param call     "connect"
  /// @param instead  what does not wait, as the end of a sentence: "use async_connect"
  [[nodiscard]] result<void> check_may_wait(std::string_view call, std::string_view instead,
                                            const std::optional<time_span>& limit = {}) const;

  // -- what the node has ---------------------------------------------------------------------------

  [[nodiscard]] caf::actor_system& actor_system() const noexcept;

  [[nodiscard]] node_log& log() const noexcept;

  /// For the calls of observers, callbacks and other functions of the host; lives as long as the node
  /// counts.
  [[nodiscard]] std::shared_ptr<host_calls> host_functions() const noexcept;

  /// What the buffers of all connections may take (`node_options::max_buffer_bytes`).
  [[nodiscard]] const ref_ptr<memory_budget>& buffer_budget() const noexcept;

  /// After which a connection that a route made is closed (`node_options::implicit_idle_timeout`).
  [[nodiscard]] std::chrono::milliseconds implicit_idle_timeout() const noexcept;

  /// Ends what has this address: a connection, a listener, a worker.
  /// - errc::not_found  nothing has it
  [[nodiscard]] result<void> stop_worker(address_view any);

  /// Calls `action` once after `delay`, on a thread that must not wait; not at all once the node has
  /// stopped. Throws std::system_error when that thread cannot be started.
  void call_later(time_span delay, std::function<void()> action);

  // -- I/O threads that run actors -----------------------------------------------------------------

  /// Calls a function on the thread, then runs the actors that it has woken.
  using poster = std::function<void(std::function<void()>)>;

  /// From now on workers may move to the thread whose context this is.
  void add_io_thread(compat::execution_context* thread, poster post);

  /// `post` is not called any more when this has returned.
  void remove_io_thread(compat::execution_context* thread);

private:
  friend class internal::node_state;
  node_services() = default;
  ~node_services() = default;
};

/// The node as its transports hold it.
using node_ptr = std::shared_ptr<node_services>;

} // namespace ockam
