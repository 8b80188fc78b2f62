#pragma once

#include "ockam/protocol/export.hpp"
#include "ockam/protocol/ref_counted.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace ockam {

/// Notified when memory or credit is available again. Must outlive every pool and credit that may
/// call it.
class OCKAM_PROTOCOL_EXPORT waiter : public ref_counted {
public:
  /// There is some again. From any thread; may come late, so refer weakly to what waits.
  virtual void wake() noexcept = 0;
};

/// What a message occupies credit for.
enum class credit_use : std::uint8_t {
  none,     // the credit is named, nothing is taken yet
  received, // came in through the connection that grants the credit
  made,     // was sent while such a message was handled, and waits in a mailbox
  output,   // was sent while such a message was handled, and waits to be written
};

/// What the messages of one connection may occupy: those that were received and are not handled
/// yet, and those that were sent while they were handled and are not written yet. Reading pauses
/// when it is used up. Thread-safe.
class OCKAM_PROTOCOL_EXPORT inbound_credit : public ref_counted {
public:
  // -- received messages
  virtual void take(std::size_t bytes) noexcept = 0;
  virtual void give_back(std::size_t bytes) noexcept = 0;

  // -- messages that those lead to; by default they count like received ones
  virtual void take_for(credit_use use, std::size_t bytes) noexcept;
  virtual void give_back_from(credit_use use, std::size_t bytes) noexcept;

  /// Whether so much output waits that no further message of this connection should be handled.
  [[nodiscard]] virtual bool output_is_full() const noexcept { return false; }

  /// Wakes `waiting` once when `output_is_full` has ended. False when it has ended already: then
  /// `waiting` is not called.
  virtual bool wake_when_output_fits(ref_ptr<waiter> waiting);
};

/// One message's part of a credit; a copy takes its own part.
class credit_share {
public:
  credit_share() = default;
  credit_share(ref_ptr<inbound_credit> from, credit_use use, std::size_t bytes) noexcept
    : from_{std::move(from)} {
    take(use, bytes);
  }
  credit_share(const credit_share& other) noexcept
    : credit_share{other.from_, other.use_, other.bytes_} {}
  credit_share(credit_share&& other) noexcept
    : from_{std::move(other.from_)},
      bytes_{std::exchange(other.bytes_, 0)},
      use_{std::exchange(other.use_, credit_use::none)} {}
  credit_share& operator=(credit_share other) noexcept {
    std::swap(from_, other.from_);
    std::swap(bytes_, other.bytes_);
    std::swap(use_, other.use_);
    return *this;
  }
  ~credit_share() {
    if (!from_ || use_ == credit_use::none)
      return;
    if (use_ == credit_use::received)
      from_->give_back(bytes_);
    else
      from_->give_back_from(use_, bytes_);
  }

  /// Takes credit that is due.
  void take(credit_use use, std::size_t bytes) noexcept {
    use_ = use;
    bytes_ = bytes;
    if (!from_ || use == credit_use::none)
      return;
    if (use == credit_use::received)
      from_->take(bytes);
    else
      from_->take_for(use, bytes);
  }

  [[nodiscard]] inbound_credit* from() const noexcept { return from_.get(); }

  /// Whether a credit is named and nothing is taken from it.
  [[nodiscard]] bool is_due() const noexcept { return from_ && use_ == credit_use::none; }

private:
  ref_ptr<inbound_credit> from_;
  std::size_t bytes_ = 0;
  credit_use use_ = credit_use::none;
};

} // namespace ockam
