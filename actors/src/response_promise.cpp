#include "ockam/actors/response_promise.hpp"

#include "error_reply.hpp"
#include "node_state.hpp"

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
  if (!payload)
    return ockam::fail(request->node->unsendable(request->request.return_route(), payload.error()));
  message content{request->request.return_route(),
                  route{request->record->address_at(request->index)}, std::move(*payload)};
  if (const auto& tracing = request->request.tracing_context())
    content = std::move(content).set_tracing_context(*tracing);
  return request->send(std::move(content));
}

result<void> response_promise::fail(const error& why) {
  const auto request = std::exchange(state_, nullptr);
  if (!request)
    return ockam::fail(errc::misuse, "the request was answered already");
  if (!internal::understands_errors(request->request.return_route()))
    return {};
  return request->send(internal::make_error_reply(request->request.return_route(), why,
                                                  request->record->address_at(request->index)));
}

response_promise sender::keep(const routed_message& request) {
  const auto index = request.target().get() == record_.get() ? request.target_index()
                                                             : std::uint16_t{0};
  return response_promise{std::make_unique<response_promise::state>(response_promise::state{
    node_, record_, index, message{request.local_message()}.set_payload({})})};
}

} // namespace ockam
