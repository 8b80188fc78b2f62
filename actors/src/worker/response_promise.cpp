#include "ockam/actors/response_promise.hpp"

#include "node/node_state.hpp"
#include "routing/error_reply.hpp"

#include "ockam/actors/context.hpp"

#include <utility>

namespace ockam {

/// What is needed to answer, and what the message held.
struct response_promise::state {
  std::shared_ptr<internal::node_state> node;
  ref_ptr<internal::worker_record> record;
  std::uint16_t index; // of the address that the message was sent to
  message request;     // without its payload

  result<void> send(message content) {
    if (auto* const credit = request.credit())
      content.charge_to(ref_ptr<inbound_credit>{credit});
    return node->send(*record, index, std::move(content), nullptr);
  }

  result<void> send_error(const error& why) {
    if (!internal::understands_errors(request.return_route()))
      return {};
    return send(internal::make_error_reply(request.return_route(), why, record->address_at(index)));
  }

  /// An answer could not be sent: the requester learns that, unless there is no way back.
  void tell(const error& why) {
    if (!request.return_route().empty() && node->table.find(request.return_route().front()))
      static_cast<void>(
        send_error(node->options.error_details ? why : internal::without_details(why)));
  }

  [[nodiscard]] route own_route() const { return route{record->address_at(index)}; }
};

response_promise::response_promise() = default;
response_promise::response_promise(response_promise&&) noexcept = default;
response_promise::response_promise(std::unique_ptr<state> from) : state_{std::move(from)} {}

response_promise& response_promise::operator=(response_promise&& other) noexcept {
  if (this != &other) {
    response_promise last{std::move(*this)};
    state_ = std::move(other.state_);
  }
  return *this;
}

response_promise::~response_promise() {
  if (!state_)
    return;
  try {
    static_cast<void>(fail({errc::cancelled, "the worker dropped the request without an answer"}));
  } catch (const std::bad_alloc&) { // then the requester's own time-out ends the request
  }
}

bool response_promise::is_awaited() const noexcept {
  return state_ && !internal::is_expired(state_->request);
}

result<void> response_promise::deliver_payload(result<shared_bytes> payload) {
  const auto request = std::exchange(state_, nullptr); // what it held is given back at the end
  if (!request)
    return ockam::fail(errc::misuse, "the request was answered already");
  if (!payload) {
    auto why = request->node->unsendable(request->request.return_route(), payload.error());
    request->tell(why);
    return ockam::fail(std::move(why));
  }
  message content{request->request.return_route(), request->own_route(), std::move(*payload)};
  if (const auto& tracing = request->request.tracing_context())
    content = std::move(content).set_tracing_context(*tracing);
  auto sent = request->send(std::move(content));
  if (!sent)
    request->tell(sent.error());
  return sent;
}

result<void> response_promise::fail(const error& why) {
  const auto request = std::exchange(state_, nullptr);
  if (!request)
    return ockam::fail(errc::misuse, "the request was answered already");
  return request->send_error(why);
}

response_promise sender::make_response_promise(const routed_message& request) {
  const auto index = request.target().get() == record_.get() ? request.target_index()
                                                             : std::uint16_t{0};
  return response_promise{std::make_unique<response_promise::state>(response_promise::state{
    node_, record_, index, message{request.local_message()}.set_payload({})})};
}

} // namespace ockam
