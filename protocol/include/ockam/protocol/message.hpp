#pragma once

#include "ockam/protocol/detail/credit.hpp"
#include "ockam/protocol/detail/export.hpp"
#include "ockam/protocol/detail/pending_request.hpp"
#include "ockam/protocol/detail/recycled.hpp"
#include "ockam/protocol/detail/ref_counted.hpp"
#include "ockam/protocol/route.hpp"
#include "ockam/protocol/shared_bytes.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ockam {

/// Metadata of a message that never leaves the node.
struct local_info {
  std::string type;
  bytes data;

  bool operator==(const local_info&) const = default;
};

/// An onward route, a return route and a payload.
///
/// One pointer, copy on write: a copy costs a reference, a change copies the parts only while
/// another message shares them. Every modifier consumes the message and returns it, so that calls
/// chain:
///
///     std::move(message).step_forward(own_address)   // what a hop does
///
/// One object is for one thread at a time; copies may be used by different threads.
class OCKAM_PROTOCOL_EXPORT message {
public:
  message() = default;
  message(route onward_route, route return_route, shared_bytes payload = {});

  /// For decoders: each function makes its part in place, in this order. The tracing context, a
  /// `std::optional<std::string>`, has to be UTF-8.
  template <class MakeOnward, class MakeBack, class MakePayload, class MakeTracing>
  message(MakeOnward make_onward, MakeBack make_back, MakePayload make_payload,
          MakeTracing make_tracing)
    : body_{make_ref<body>(make_onward, make_back, make_payload, make_tracing)} {}

  [[nodiscard]] const route& onward_route() const noexcept { return parts().onward; }
  [[nodiscard]] const route& return_route() const noexcept { return parts().back; }
  [[nodiscard]] const shared_bytes& payload() const noexcept { return parts().payload; }

  /// Text for tracing tools, opaque to routing.
  [[nodiscard]] const std::optional<std::string>& tracing_context() const noexcept {
    return parts().tracing();
  }

  [[nodiscard]] bool has_next_on_onward_route() const noexcept { return !onward_route().empty(); }
  [[nodiscard]] result<address> next_on_onward_route() const { return onward_route().next(); }

  // -- modifiers; errc::empty_route when the onward route is empty and an address is needed --------

  [[nodiscard]] result<message> pop_front_onward_route() &&;
  [[nodiscard]] message push_front_onward_route(const address& hop) &&;
  [[nodiscard]] result<message> replace_front_onward_route(const address& hop) &&;
  [[nodiscard]] message prepend_front_onward_route(const route& hops) &&;
  [[nodiscard]] message set_onward_route(route hops) &&;
  [[nodiscard]] message set_return_route(route hops) &&;
  [[nodiscard]] message push_front_return_route(const address& hop) &&;
  [[nodiscard]] message prepend_front_return_route(const route& hops) &&;
  [[nodiscard]] message set_payload(shared_bytes payload) &&;

  /// Throws `failure` for text that is not UTF-8, which no peer accepts.
  [[nodiscard]] message set_tracing_context(std::optional<std::string> context) &&;

  /// Removes the first onward address and prepends `own_address` to the return route, as a hop
  /// does.
  [[nodiscard]] result<message> step_forward(const address& own_address) &&;

  // -- local info ----------------------------------------------------------------------------------

  [[nodiscard]] const std::vector<local_info>& all_local_info() const noexcept {
    return parts().info();
  }
  /// The first record of that type, or nullptr. Valid until the message changes.
  [[nodiscard]] const local_info* find_local_info(std::string_view type) const noexcept;
  [[nodiscard]] message add_local_info(local_info info) &&;
  [[nodiscard]] message clear_local_info(std::string_view type) &&;

  // -- for the node and its transports -------------------------------------------------------------

  /// Whether a connection received the message. False for messages that a handler makes.
  [[nodiscard]] bool came_from_wire() const noexcept { return parts().from_wire; }
  void set_came_from_wire() { change().from_wire = 1; }

  /// The credit that pays for this message until it is handled or written; nullptr: none. The
  /// credit of a message also pays for what its handler sends.
  [[nodiscard]] inbound_credit* credit() const noexcept { return parts().credit.from(); }

  [[nodiscard]] bool holds_credit() const noexcept { return credit() != nullptr; }

  /// Takes `size` bytes of `credit` for a received message. The last copy of the message returns
  /// them.
  void hold(ref_ptr<inbound_credit> credit, std::size_t size) {
    change().credit = credit_share{std::move(credit), credit_use::received, size};
  }

  /// Names the credit that pays for a message made in this node; `occupy` takes it.
  void charge_to(ref_ptr<inbound_credit> credit) {
    change().credit = credit_share{std::move(credit), credit_use::none, 0};
  }

  /// Takes the credit named by `charge_to` when the message enters a mailbox or an output. No
  /// effect on a message without such a credit, or with credit taken.
  void occupy(credit_use use) {
    if (parts().credit.is_due())
      change().credit.take(use, size_in_memory());
  }

  /// Moves the credit out, for the encoded bytes to hold while they are queued.
  [[nodiscard]] credit_share take_credit_share() && { return std::exchange(change().credit, {}); }

  /// The request that this message makes; nullptr for other messages. Never leaves the node.
  [[nodiscard]] pending_request* request() const noexcept {
    return parts().more ? parts().more->request.get() : nullptr;
  }
  void set_request(ref_ptr<pending_request> request) {
    change().change_extras().request = std::move(request);
  }

  /// Whether the sender has waited for room in the output, which then refuses no message for lack
  /// of room.
  [[nodiscard]] bool waited_for_room() const noexcept { return parts().waited_for_room; }
  void set_waited_for_room() { change().waited_for_room = 1; }

  /// Hops inside the node since the message was sent or received.
  [[nodiscard]] std::uint32_t local_steps() const noexcept { return parts().local_steps; }
  void count_local_step() { ++change().local_steps; }
  void reset_local_steps() { change().local_steps = 0; }

  /// Compares routes, payload and tracing context; nothing that is local to the node.
  friend OCKAM_PROTOCOL_EXPORT bool operator==(const message& a, const message& b) noexcept;

private:
  /// Parts that few messages have.
  struct extras final : ref_counted, internal::recycled<extras> {
    std::optional<std::string> tracing;
    std::vector<local_info> info;
    ref_ptr<pending_request> request;
  };

  /// Members that routing reads for every message come first: a queued message is cold in the
  /// cache.
  struct body final : ref_counted, internal::recycled<body> {
    body() = default;
    body(route&& onward_route, route&& return_route, shared_bytes&& content)
      : payload{std::move(content)},
        onward{std::move(onward_route)},
        back{std::move(return_route)} {}
    template <class MakeOnward, class MakeBack, class MakePayload, class MakeTracing>
    body(MakeOnward& make_onward, MakeBack& make_back, MakePayload& make_payload,
         MakeTracing& make_tracing)
      : onward{make_onward()}, back{make_back()} {
      payload = make_payload();
      set_tracing(make_tracing());
    }

    [[nodiscard]] const std::optional<std::string>& tracing() const noexcept {
      return more ? more->tracing : traced_empty ? empty_tracing : nothing_more.tracing;
    }
    [[nodiscard]] const std::vector<local_info>& info() const noexcept {
      return more ? more->info : nothing_more.info;
    }
    void set_tracing(std::optional<std::string> context);
    extras& change_extras();

    std::uint32_t local_steps : 29 = 0;
    std::uint32_t from_wire : 1 = 0;
    std::uint32_t waited_for_room : 1 = 0;
    std::uint32_t traced_empty : 1 = 0; // "{}", which many peers send, without `more`
    shared_bytes payload;
    credit_share credit;
    ref_ptr<extras> more;
    route onward;
    route back;

    static const std::optional<std::string> empty_tracing;
    static const extras nothing_more;
  };

  static const body& nothing() noexcept;
  [[nodiscard]] const body& parts() const noexcept { return body_ ? *body_ : nothing(); }
  body& change();
  [[nodiscard]] std::size_t size_in_memory() const noexcept {
    return onward_route().encoded().size() + return_route().encoded().size() + payload().size();
  }

  ref_ptr<body> body_;
};

/// One escaped line for logs: both routes and the size of the payload.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::string to_string(const message& value);

} // namespace ockam
