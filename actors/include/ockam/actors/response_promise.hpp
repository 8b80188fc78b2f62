#pragma once

#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/routed.hpp"
#include "ockam/protocol/result.hpp"

#include <memory>

namespace ockam {

class sender;

/// A promise to answer a message later, from any thread: `context::make_response_promise`.
///
/// Holds the return route and the credit of the message, not its payload: while many are held, their
/// connection pauses reading. A slow receiver never causes a refusal of the answer.
///
/// `deliver` and `fail` answer once; later calls return errc::misuse. Destruction without an answer
/// ends the request with errc::cancelled. Movable, not copyable; one thread at a time.
class OCKAM_ACTORS_EXPORT response_promise {
public:
  response_promise();
  response_promise(response_promise&&) noexcept;
  response_promise& operator=(response_promise&&) noexcept;
  ~response_promise();

  /// Sends the answer along the return route. Errors: those of `sender::send`, which the requester gets
  /// as well; errc::misuse after an earlier answer.
  template <class T>
  [[nodiscard]] result<void> deliver(const T& body) {
    return deliver_payload(internal::encode_body(body));
  }

  /// Ends the request with an error, as `sender::reply_error`.
  [[nodiscard]] result<void> fail(const error& why);

  /// Whether an answer is still due.
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
