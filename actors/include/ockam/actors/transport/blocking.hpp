#pragma once

#include "ockam/actors/detail/export.hpp"
#include "ockam/protocol/result.hpp"
#include "ockam/protocol/time_span.hpp"

#include <functional>
#include <optional>
#include <string_view>

namespace ockam {

/// Marks that this thread must not block during the life of the object: it serves connections, runs a
/// worker, or runs a function of the host for one of those. Objects nest.
class OCKAM_ACTORS_EXPORT no_blocking {
public:
  no_blocking() noexcept;
  ~no_blocking();
  no_blocking(const no_blocking&) = delete;
  no_blocking& operator=(const no_blocking&) = delete;
};

/// Calls `what`, which throws nothing, on this thread when the function of the host has returned that
/// runs now: as the next `no_blocking` ends. Never, when that function ends the process. Only where the
/// thread must not wait.
OCKAM_ACTORS_EXPORT void after_host_function(std::function<void()> what);

/// Whether this thread may block.
OCKAM_ACTORS_EXPORT bool may_block() noexcept;

/// errc::misuse where the thread must not wait; for every function that waits, before it does anything.
/// @param call     "receive"
/// @param instead  what does not wait, as the end of a sentence: "handle messages in a worker"
OCKAM_ACTORS_EXPORT result<void> check_may_block(std::string_view call, std::string_view instead);

/// The same for a call that waits no longer than `limit`: one that does not wait at all is admitted.
OCKAM_ACTORS_EXPORT result<void> check_may_block(std::string_view call, std::string_view instead,
                                                 const std::optional<time_span>& limit);

} // namespace ockam
