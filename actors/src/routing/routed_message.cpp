#include "ockam/actors/detail/routed_message.hpp"

#include "ockam/protocol/codec.hpp"

namespace ockam {

bytes routed_message::to_bytes() const {
  return encode_message(message_);
}

result<routed_message> routed_message::from_bytes(bytes_view encoded) {
  return decode_message(shared_bytes{encoded}).map([](message&& content) {
    return routed_message{std::move(content)};
  });
}

void routed_message::report_end() noexcept {
  if (!target_)
    return;
  if (!handled_)
    target_->count_lost(message_);
  if (in_mailbox_)
    target_->message_left_mailbox();
}

/// @param moved  its target is here now
void routed_message::take_out_of_mailbox(routed_message& moved) noexcept {
  moved.in_mailbox_ = false;
  if (target_)
    target_->message_left_mailbox();
}

address request_id(const routed_message& request) {
  return request.return_route().recipient().value_or(address{});
}

} // namespace ockam
