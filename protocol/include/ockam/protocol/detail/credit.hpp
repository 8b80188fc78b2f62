#pragma once

#include "ockam/protocol/detail/export.hpp"
#include "ockam/protocol/detail/ref_counted.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace ockam {

/// Notified when memory or credit is available again. Must outlive every pool and credit that may
/// call it.
class OCKAM_PROTOCOL_EXPORT capacity_listener : public ref_counted {
public:
  /// Called by any thread, possibly late: refer weakly to the waiting object.
  virtual void wake() noexcept = 0;
};

/// The reason for which a message occupies credit.
enum class credit_use : std::uint8_t {
  none,     // the credit is named and not taken yet
  received, // received by the connection that grants the credit
  made,     // sent by a handler of such a message, and queued in a mailbox
  output,   // sent by a handler of such a message, and queued to be written
};

/// The receiving connection of a message, as its node accounts for it. Opaque: only the node
/// derives from it.
class OCKAM_PROTOCOL_EXPORT message_origin : public ref_counted {};

/// The limit for the messages of one connection: received ones until they are handled, and those
/// sent by their handlers until they are written. Reading pauses when it is used up. Thread-safe.
class OCKAM_PROTOCOL_EXPORT inbound_credit : public ref_counted {
public:
  // -- received messages
  virtual void take(std::size_t size) noexcept = 0;
  virtual void give_back(std::size_t size) noexcept = 0;

  // -- messages sent by the handlers of those; by default they count as received ones
  virtual void take_for(credit_use purpose, std::size_t size) noexcept;
  virtual void give_back_from(credit_use purpose, std::size_t size) noexcept;

  /// Returns the credit of several messages at once.
  virtual void give_back_together(credit_use use, std::size_t messages, std::size_t size) noexcept;

  /// Whether so much output is queued that no further message of this connection should be handled.
  [[nodiscard]] virtual bool output_is_full() const noexcept { return false; }

  /// The number of further messages of `size` bytes that fit into the output.
  [[nodiscard]] virtual std::size_t output_room(std::size_t size) const noexcept;

  /// Wakes `waiting` once when the output is no longer full. False, without a call, when it is not
  /// full now.
  virtual bool wake_when_output_fits(ref_ptr<capacity_listener> waiting);

  /// Called by the node before any message refers to this credit.
  void set_origin(ref_ptr<message_origin> connection) noexcept { origin_ = std::move(connection); }
  [[nodiscard]] message_origin* origin() const noexcept { return origin_.get(); }

private:
  ref_ptr<message_origin> origin_;
};

/// The share of one message in a credit; a copy takes a share of its own.
class credit_share {
public:
  credit_share() = default;
  credit_share(ref_ptr<inbound_credit> from, credit_use purpose, std::size_t size) noexcept
    : from_{std::move(from)} {
    take(purpose, size);
  }
  credit_share(const credit_share& other) noexcept
    : credit_share{other.from_, other.use(), other.bytes()} {}
  credit_share(credit_share&& other) noexcept
    : from_{std::move(other.from_)}, taken_{std::exchange(other.taken_, 0)} {}
  credit_share& operator=(credit_share other) noexcept {
    std::swap(from_, other.from_);
    std::swap(taken_, other.taken_);
    return *this;
  }
  ~credit_share() {
    if (!from_ || use() == credit_use::none)
      return;
    if (use() == credit_use::received)
      from_->give_back(bytes());
    else
      from_->give_back_from(use(), bytes());
  }

  /// Takes the credit that was only named so far.
  void take(credit_use purpose, std::size_t size) noexcept {
    taken_ = size << use_width | static_cast<std::size_t>(purpose);
    if (!from_ || purpose == credit_use::none)
      return;
    if (purpose == credit_use::received)
      from_->take(size);
    else
      from_->take_for(purpose, size);
  }

  [[nodiscard]] inbound_credit* from() const noexcept { return from_.get(); }

  /// Whether a credit is named and not taken.
  [[nodiscard]] bool is_due() const noexcept { return from_ && use() == credit_use::none; }

private:
  friend class credit_bundle;

  static constexpr unsigned use_width = 2;
  [[nodiscard]] credit_use use() const noexcept {
    return static_cast<credit_use>(taken_ & ((1u << use_width) - 1));
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return taken_ >> use_width; }

  ref_ptr<inbound_credit> from_;
  std::size_t taken_ = 0; // bytes and use in one word: a message fills its cache lines
};

/// Shares of one credit that are returned together.
class credit_bundle {
public:
  explicit credit_bundle(credit_share&& first) noexcept
    : messages_{1}, bytes_{first.bytes()}, use_{first.use()} {
    first.taken_ = 0;
    from_ = std::move(first.from_);
  }
  credit_bundle(credit_bundle&&) noexcept = default;
  credit_bundle& operator=(credit_bundle&& other) noexcept {
    credit_bundle last{std::move(*this)};
    from_ = std::move(other.from_);
    messages_ = other.messages_;
    bytes_ = other.bytes_;
    use_ = other.use_;
    return *this;
  }
  ~credit_bundle() {
    if (from_ && use_ != credit_use::none)
      from_->give_back_together(use_, messages_, bytes_);
  }

  /// Adopts a share of the same credit and the same use; false, with `next` unchanged, otherwise.
  bool try_add(credit_share& next) noexcept {
    if (next.from_ != from_ || next.use() != use_)
      return false;
    ++messages_;
    bytes_ += next.bytes();
    next.taken_ = 0;
    return true;
  }

private:
  ref_ptr<inbound_credit> from_;
  std::size_t messages_;
  std::size_t bytes_;
  credit_use use_;
};

} // namespace ockam
