#pragma once

#include "ockam/transports/detail/export.hpp"
#include "ockam/transports/engine/carrier.hpp"
#include "ockam/transports/io/cancellable.hpp"
#include "ockam/transports/limits.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace ockam::sdk {

/// Makes another carrier to the same peer after a pause, calls `done` once, on the thread of the loop, with
/// it or with an error, and returns what cancels that.
using reconnector = std::function<std::shared_ptr<cancellable>(
  std::chrono::milliseconds pause, std::function<void(result<std::unique_ptr<carrier>>)> done)>;

/// The attempts of a lasting connection to get another carrier: their pauses, which grow until a carrier
/// has lasted.
class OCKAM_TRANSPORTS_EXPORT reconnecting {
public:
  using clock = carrier::clock;

  reconnecting(reconnect_policy policy, reconnector connect);
  ~reconnecting() { cancel(); }
  reconnecting(const reconnecting&) = delete;
  reconnecting& operator=(const reconnecting&) = delete;

  /// There is a carrier, after so many frames of earlier ones.
  void begin(clock::time_point now, std::uint64_t frames) noexcept;

  /// The carrier is lost. Pauses begin anew if it has lasted: a peer that accepts every socket and closes it does
  /// not make them short.
  void end(clock::time_point now, std::uint64_t frames) noexcept;

  /// Tries again after a pause; not while an attempt is under way.
  void try_again(std::function<void(result<std::unique_ptr<carrier>>)> done);
  void cancel() noexcept;

  /// A pause of this process is not time that a carrier lasted.
  void excuse(const tick& at) noexcept { at.excuse(since_); }

  /// How many attempts it took, once the peer is found.
  unsigned take_attempts() noexcept { return std::exchange(attempts_, 0); }

private:
  const reconnect_policy policy_;
  const reconnector connect_;
  std::chrono::milliseconds back_off_;
  std::shared_ptr<cancellable> attempt_;
  clock::time_point since_{}; // there is a carrier
  std::uint64_t frames_before_ = 0;
  unsigned attempts_ = 0; // since the connection was lost
};

} // namespace ockam::sdk
