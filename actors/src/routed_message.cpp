#include "ockam/actors/routed_message.hpp"

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

address request_id(const routed_message& request) {
  return request.return_route().recipient().value_or(address{});
}

} // namespace ockam
