#pragma once

#include "ockam/actors/detail/export.hpp"
#include "ockam/protocol/message.hpp"

#include <cstdint>
#include <utility>

namespace ockam {

/// One of the addresses of a worker, as the router found it; tells the router when a message that
/// was put into the worker's mailbox is dropped without having been handled.
class OCKAM_ACTORS_EXPORT delivery_point : public ref_counted {
public:
  /// The address with this index; 0 is the primary one. Constant for the life of the object.
  [[nodiscard]] virtual const address& address_at(std::uint16_t index) const noexcept = 0;

  /// A message ended in a mailbox without being handled.
  virtual void count_lost(const message& content) noexcept = 0;

  /// A message that was `set_in_mailbox` was taken out of the mailbox.
  virtual void message_left_mailbox() noexcept {}
};

/// What CAF carries from actor to actor: a message, who really sent it, and which address of the
/// receiver it was sent to (RTD-1).
///
/// The router stamps the source; it is the basis of access control, unlike the return route, which
/// is whatever the sender wrote (RTD-3).
class OCKAM_ACTORS_EXPORT routed_message {
public:
  /// Not delivered anywhere; CAF asks for this constructor.
  routed_message() = default;

  /// For CAF actors that send to a router handle themselves: the router delivers to the first
  /// address of the onward route, with an empty source address.
  explicit routed_message(message content) : message_{std::move(content)} {}

  routed_message(message content, address source, ref_ptr<delivery_point> target,
                 std::uint16_t index) noexcept
    : message_{std::move(content)},
      source_{std::move(source)},
      target_{std::move(target)},
      index_{index} {}

  /// A copy is for reading: only the original counts as delivered or lost.
  routed_message(const routed_message& other)
    : message_{other.message_},
      source_{other.source_},
      target_{other.target_},
      index_{other.index_},
      handled_{true} {}
  routed_message(routed_message&& other) noexcept
    : message_{std::move(other.message_)},
      source_{std::move(other.source_)},
      target_{std::move(other.target_)},
      index_{other.index_},
      handled_{std::exchange(other.handled_, true)} {
    if (other.in_mailbox_) [[unlikely]]
      take_out_of_mailbox(other);
  }
  routed_message& operator=(const routed_message& other) { return *this = routed_message{other}; }
  routed_message& operator=(routed_message&& other) noexcept {
    end();
    in_mailbox_ = false;
    message_ = std::move(other.message_);
    source_ = std::move(other.source_);
    target_ = std::move(other.target_);
    index_ = other.index_;
    handled_ = std::exchange(other.handled_, true);
    if (other.in_mailbox_) [[unlikely]]
      take_out_of_mailbox(other);
    return *this;
  }
  ~routed_message() { end(); }

  /// The address of the mailbox that sent it; guaranteed by the router.
  [[nodiscard]] const address& source_address() const noexcept { return source_; }

  /// The address of the receiving worker it was sent to (RTD-2).
  [[nodiscard]] const address& message_address() const noexcept {
    static const address none;
    return target_ ? target_->address_at(index_) : none;
  }

  [[nodiscard]] const route& onward_route() const noexcept { return message_.onward_route(); }
  [[nodiscard]] const route& return_route() const noexcept { return message_.return_route(); }
  [[nodiscard]] const shared_bytes& payload() const noexcept { return message_.payload(); }

  [[nodiscard]] const message& local_message() const noexcept { return message_; }
  [[nodiscard]] message& local_message() noexcept { return message_; }
  [[nodiscard]] message into_local_message() && { return std::move(message_); }

  // -- for the router and those who take messages out of mailboxes ---------------------------------

  [[nodiscard]] const ref_ptr<delivery_point>& target() const noexcept { return target_; }
  [[nodiscard]] std::uint16_t target_index() const noexcept { return index_; }
  [[nodiscard]] bool is_handled() const noexcept { return handled_; }
  void set_handled() noexcept { handled_ = true; }

  /// It lies in a mailbox that bounds what is in it; its end, or a move, takes it out.
  void set_in_mailbox() noexcept { in_mailbox_ = true; }

  /// What leaves the process when CAF carries it to another one: routes, payload and tracing context
  /// in the form of the wire. Source, target, local info and credit belong to this node.
  [[nodiscard]] bytes to_bytes() const;
  [[nodiscard]] static result<routed_message> from_bytes(bytes_view encoded);

private:
  void end() noexcept {
    if (!handled_ || in_mailbox_) [[unlikely]]
      report_end();
  }
  void report_end() noexcept;
  void take_out_of_mailbox(routed_message& moved) noexcept;

  message message_;
  address source_;
  ref_ptr<delivery_point> target_;
  std::uint16_t index_ = 0;
  bool handled_ = false;
  bool in_mailbox_ = false;
};

/// What identifies the request that a message makes: the address that the reply goes to, the last one
/// of the return route. Each request has one of its own, which cannot be guessed, and all attempts of
/// one request have the same (`retry_policy`): a worker that remembers it recognises a repetition. So
/// it is with requesters of other implementations, which use a random address for each request. Of a
/// message that a worker sends from its own address it is that address; empty without a return route.
[[nodiscard]] OCKAM_ACTORS_EXPORT address request_id(const routed_message& request);

} // namespace ockam
