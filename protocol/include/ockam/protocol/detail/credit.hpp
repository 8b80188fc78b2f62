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

/// The connection that a message came through, as its node accounts for it. Opaque: only the node
/// derives from it.
class OCKAM_PROTOCOL_EXPORT message_origin : public ref_counted {};

/// What the messages of one connection may occupy: those that were received and are not handled
/// yet, and those that were sent while they were handled and are not written yet. Reading pauses
/// when it is used up. Thread-safe.
class OCKAM_PROTOCOL_EXPORT inbound_credit : public ref_counted {
public:
  // -- received messages
  virtual void take(std::size_t size) noexcept = 0;
  virtual void give_back(std::size_t size) noexcept = 0;

  // -- messages that those lead to; by default they count like received ones
  virtual void take_for(credit_use purpose, std::size_t size) noexcept;
  virtual void give_back_from(credit_use purpose, std::size_t size) noexcept;

  /// What several messages took.
  virtual void give_back_together(credit_use use, std::size_t messages, std::size_t size) noexcept;

  /// Whether so much output waits that no further message of this connection should be handled.
  [[nodiscard]] virtual bool output_is_full() const noexcept { return false; }

  /// How many further messages of `size` bytes there can be in the output until it is full.
  [[nodiscard]] virtual std::size_t output_room(std::size_t size) const noexcept;

  /// Wakes `waiting` once when `output_is_full` has ended. False when it has ended already: then
  /// `waiting` is not called.
  virtual bool wake_when_output_fits(ref_ptr<capacity_listener> waiting);

  /// For the node, before any message holds this.
  void set_origin(ref_ptr<message_origin> connection) noexcept { origin_ = std::move(connection); }
  [[nodiscard]] message_origin* origin() const noexcept { return origin_.get(); }

private:
  ref_ptr<message_origin> origin_;
};

/// One message's part of a credit; a copy takes its own part.
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

  /// Takes credit that is due.
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

  /// Whether a credit is named and nothing is taken from it.
  [[nodiscard]] bool is_due() const noexcept { return from_ && use() == credit_use::none; }

private:
  friend class credit_bundle;

  static constexpr unsigned use_width = 2;
  [[nodiscard]] credit_use use() const noexcept {
    return static_cast<credit_use>(taken_ & ((1u << use_width) - 1));
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return taken_ >> use_width; }

  ref_ptr<inbound_credit> from_;
  std::size_t taken_ = 0; // bytes and use in one word: a message fills its lines of the cache
};

/// Parts of one credit that are given back in one go.
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

  /// Takes over a part of the same credit, taken for the same use; false, and `next` stays as it is,
  /// for another one.
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
