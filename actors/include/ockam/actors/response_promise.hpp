#pragma once

#include "ockam/actors/detail/export.hpp"
#include "ockam/protocol/payload.hpp"
#include "ockam/protocol/result.hpp"

#include <memory>

namespace ockam {

class sender;

/// A promise to answer a message later, from any thread: `context::make_response_promise`.
///
/// Holds the return route and the credit of the message, not its payload: while many are held, the
/// connection that the messages came through is not read. The answer is never refused because its
/// receiver reads slowly.
///
/// `deliver` and `fail` answer once; later calls return errc::misuse. One that is destroyed without
/// an answer tells the requester so, with errc::cancelled. Movable, not copyable; one thread at a
/// time.
class OCKAM_ACTORS_EXPORT response_promise {
public:
  response_promise();
  response_promise(response_promise&&) noexcept;
  response_promise& operator=(response_promise&&) noexcept;
  ~response_promise();

  /// Sends the answer along the return route. Errors: those of `sender::send`, of which the requester
  /// is told as well; errc::misuse when it was answered already.
  template <class T>
  [[nodiscard]] result<void> deliver(const T& body) {
    return deliver_payload(encode_payload(body));
  }

  /// Tells the requester that there is no answer, as `sender::reply_error`.
  [[nodiscard]] result<void> fail(const error& why);

  /// Whether it was not answered yet.
  [[nodiscard]] bool pending() const noexcept { return state_ != nullptr; }

  /// Whether the requester waits for the answer, as far as this node knows: false once a requester
  /// of this node has given up.
  [[nodiscard]] bool is_awaited() const noexcept;

private:
  friend class sender;
  struct state;
  explicit response_promise(std::unique_ptr<state> from);
  [[nodiscard]] result<void> deliver_payload(result<shared_bytes> payload);

  std::unique_ptr<state> state_; // until it is answered
};

} // namespace ockam
