#include "ockam/protocol/message.hpp"

#include "ockam/protocol/text.hpp"

#include <algorithm>

namespace ockam {

message::message(route onward_route, route return_route, shared_bytes payload)
  : body_{make_ref<body>(std::move(onward_route), std::move(return_route), std::move(payload))} {}

const message::body& message::nothing() noexcept {
  static const body empty{};
  return empty;
}

const std::optional<std::string> message::body::empty_tracing{"{}"};
const message::extras message::body::nothing_more;

void message::body::set_tracing(std::optional<std::string> context) {
  if (!more && (!context || context == empty_tracing))
    traced_empty = context.has_value();
  else
    change_extras().tracing = std::move(context);
}

message::extras& message::body::change_extras() {
  if (!more) {
    auto first = make_ref<extras>();
    first->tracing = tracing();
    more = std::move(first);
  } else if (!more->unique()) {
    more = make_ref<extras>(*more);
  }
  return *more;
}

message::body& message::change() {
  if (!body_)
    body_ = make_ref<body>();
  else if (!body_->unique())
    body_ = make_ref<body>(*body_);
  return *body_;
}

result<message> message::pop_front_onward_route() && {
  if (onward_route().empty())
    return fail(errc::empty_route, "the onward route has no address to remove");
  change().onward.pop_front();
  return std::move(*this);
}

message message::push_front_onward_route(const address& hop) && {
  change().onward.prepend(hop);
  return std::move(*this);
}

result<message> message::replace_front_onward_route(const address& hop) && {
  if (onward_route().empty())
    return fail(errc::empty_route, "the onward route has no address to replace");
  auto& onward = change().onward;
  onward.pop_front();
  onward.prepend(hop);
  return std::move(*this);
}

message message::prepend_front_onward_route(const route& hops) && {
  change().onward.prepend(hops);
  return std::move(*this);
}

message message::set_onward_route(route hops) && {
  change().onward = std::move(hops);
  return std::move(*this);
}

message message::set_return_route(route hops) && {
  change().back = std::move(hops);
  return std::move(*this);
}

message message::push_front_return_route(const address& hop) && {
  change().back.prepend(hop);
  return std::move(*this);
}

message message::prepend_front_return_route(const route& hops) && {
  change().back.prepend(hops);
  return std::move(*this);
}

message message::set_payload(shared_bytes payload) && {
  change().payload = std::move(payload);
  return std::move(*this);
}

message message::set_tracing_context(std::optional<std::string> context) && {
  if (context && !is_utf8(*context))
    throw failure{error{errc::invalid_utf8, "the tracing context is not UTF-8"}};
  change().set_tracing(std::move(context));
  return std::move(*this);
}

result<message> message::step_forward(const address& own_address) && {
  if (onward_route().empty())
    return fail(errc::empty_route, "the onward route has no address to step over");
  auto& own = change();
  own.back.prepend(own_address);
  own.onward.pop_front();
  return std::move(*this);
}

const local_info* message::find_local_info(std::string_view type) const noexcept {
  const auto& all = parts().info();
  const auto found = std::ranges::find(all, type, &local_info::type);
  return found != all.end() ? &*found : nullptr;
}

message message::add_local_info(local_info info) && {
  change().change_extras().info.push_back(std::move(info));
  return std::move(*this);
}

message message::clear_local_info(std::string_view type) && {
  if (find_local_info(type) != nullptr)
    std::erase_if(change().change_extras().info,
                  [type](const local_info& info) { return info.type == type; });
  return std::move(*this);
}

bool operator==(const message& a, const message& b) noexcept {
  return a.onward_route() == b.onward_route() && a.return_route() == b.return_route()
         && a.payload() == b.payload() && a.tracing_context() == b.tracing_context();
}

std::string to_string(const message& value) {
  return "onward_route: [" + escaped(to_string(value.onward_route()), 1024) + "], return_route: ["
         + escaped(to_string(value.return_route()), 1024)
         + "], payload: " + std::to_string(value.payload().size()) + " bytes";
}

} // namespace ockam
