#include "ockam/actors/service.hpp"

#include "room_notice.hpp"
#include "routing/error_reply.hpp"
#include "service_bridge.hpp"

#include <algorithm>
#include <utility>

namespace ockam::internal {

namespace {

/// Requests of a connection that are at the service before the size of an answer is known.
constexpr std::size_t first_window = 16;

error service_has_ended() {
  return {errc::cancelled, "the service ended before it answered"};
}

/// What a requester at another place may know when the service does not answer.
error for_requester(const error& why) {
  if (why == errc::timeout)
    return {errc::timeout, "the service did not answer in time"};
  if (why == errc::cancelled)
    return service_has_ended();
  return {errc::handler_failed, "the service failed to handle the request"};
}

} // namespace

service_bridge::service_bridge(caf::actor_config& config, actor_sender own,
                               caf::strong_actor_ptr service, const service_codec& codec,
                               const service_options& options)
  : bridge_actor::base{config},
    own_{std::move(own)},
    service_{std::move(service)},
    codec_{codec},
    options_{options},
    link_{std::make_shared<const link>(link{caf::actor_cast<caf::weak_actor_ptr>(this)})} {
  own_.record_->accounts_for_mail = true;
}

service_bridge::behavior_type service_bridge::make_behavior() {
  return {
    [this](routed_message& request) { on_message(std::move(request)); },
    [this](worker_signal signal) { on_signal(signal); },
  };
}

void service_bridge::on_signal(worker_signal signal) {
  if (signal.what == worker_signal::kind::end) {
    on_service_ended();
  } else if (signal.what == worker_signal::kind::room) {
    held_.forget_awaited();
    pass_on_held();
  }
}

void service_bridge::on_exit() {
  end_all(service_has_ended());
  service_ = nullptr;
}

// -- requests --------------------------------------------------------------------------------------

void service_bridge::on_message(routed_message&& request) {
  const auto* const credit = request.local_message().credit();
  if (may_pass(credit) && !held_.keeps_back(request.local_message()))
    return pass_on(std::move(request));
  held_.put(std::move(request));
  pass_on_held();
}

/// Whether a request of this connection may be given to the service now.
bool service_bridge::may_pass(const inbound_credit* credit) const {
  if (credit == nullptr || service_ended_)
    return true;
  const auto used = std::ranges::find(windows_, credit,
                                      [](const window& each) { return each.credit.get(); });
  if (!held_mail::has_room(credit))
    return false;
  if (used == windows_.end() || used->outstanding == 0)
    return true;
  const auto room = credit->output_room(used->largest_answer);
  const auto window = used->largest_answer == 0 ? std::min(first_window, room) : room;
  return used->outstanding < std::min(options_.max_outstanding, window);
}

/// What waits for its window goes on with an answer, what waits for room with a signal.
void service_bridge::pass_on_held() {
  const auto may_go_on = [this](const inbound_credit* credit) { return may_pass(credit); };
  do {
    while (auto next = held_.take(may_go_on))
      pass_on(std::move(*next));
  } while (!held_.empty()
           && held_.await_room(make_ref<room_notice>(caf::actor_cast<caf::strong_actor_ptr>(this)),
                               may_go_on));
  std::erase_if(windows_, [this](const window& each) {
    return each.outstanding == 0 && !held_.holds_any_of(each.credit.get());
  });
}

void service_bridge::pass_on(routed_message&& request) {
  const bool counts = request.target() != nullptr; // came through the router
  request.set_handled();
  if (is_expired(request.local_message()))
    return node().count_drop(drop_reason::expired, request.local_message());
  if (counts)
    own_.record_->count(&traffic::delivered);
  auto promise = own_.make_response_promise(request);
  if (service_ended_)
    return end_with(promise, service_has_ended(), service_has_ended());
  if (outstanding_.size() >= options_.max_outstanding) {
    const error why{errc::resource_exhausted,
                    std::to_string(options_.max_outstanding)
                      + " requests wait for the service already (service_options.max_outstanding)"};
    return end_with(promise, why, {why.code(), "too many requests wait for the service"});
  }
  auto body = codec_.read(request.payload());
  if (!body)
    return end_with(promise, body.error(), without_details(body.error()));
  ask(std::move(promise), std::move(*body),
      ref_ptr<inbound_credit>{request.local_message().credit()});
}

void service_bridge::ask(response_promise promise, service_codec::request request,
                         ref_ptr<inbound_credit> credit) {
  if (credit) {
    auto used = std::ranges::find(windows_, credit, &window::credit);
    if (used == windows_.end())
      used = windows_.insert(windows_.end(), window{credit});
    ++used->outstanding;
  }
  const auto id = this->new_request_id(caf::message_priority::normal);
  const auto number = id.integer_value();
  const auto timer = node().timers.schedule(
    options_.timeout, [actor = caf::actor_cast<caf::strong_actor_ptr>(this), id] {
      compat::answer_with_timeout(caf::actor_cast<caf::abstract_actor*>(actor), id);
    });
  outstanding_.emplace(number, waiting_request{std::move(promise), timer, std::move(credit)});
  this->add_multiplexed_response_handler(id.response_id(),
                                         codec_.handle_answer(request.handler, *this, number));
  caf::actor_cast<caf::abstract_actor*>(service_)->enqueue(
    compat::make_request(this, id, std::move(request.content)), this->context());
}

// -- answers ---------------------------------------------------------------------------------------

void service_bridge::answer(std::uint64_t request, result<shared_bytes> body) {
  auto ended = take(request);
  if (!ended)
    return;
  const auto size = body ? body->size() + 1 : 0;
  if (!body) {
    end_with(ended->promise, body.error(), for_requester(body.error()));
  } else if (auto sent = ended->promise.deliver(raw_body{std::move(*body)}); !sent) {
    own_.report_failure("an answer of the service was not sent", sent.error());
  }
  leave_window(ended->credit, size);
  pass_on_held();
}

void service_bridge::refuse(std::uint64_t request, const caf::error& why) {
  auto ended = take(request);
  if (!ended)
    return;
  const auto reported = compat::shows_that_receiver_ended(why)
                          ? service_has_ended()
                          : from_caf_error(this->system(), why);
  end_with(ended->promise, reported, for_requester(reported));
  leave_window(ended->credit, 0);
  pass_on_held();
}

std::optional<service_bridge::waiting_request> service_bridge::take(std::uint64_t id) {
  auto found = outstanding_.extract(id);
  if (found.empty())
    return std::nullopt;
  node().timers.cancel(found.mapped().timer);
  return std::move(found.mapped());
}

/// @param answer  bytes of it; 0: none
void service_bridge::leave_window(const ref_ptr<inbound_credit>& credit, std::size_t answer) {
  const auto used = std::ranges::find(windows_, credit, &window::credit);
  if (used == windows_.end()) // no connection
    return;
  --used->outstanding;
  used->largest_answer = std::max(used->largest_answer, answer);
}

/// @param told  the error for the requester
void service_bridge::end_with(response_promise& promise, const error& why, const error& told) {
  own_.report_failure("a request to the service was not answered", why);
  static_cast<void>(promise.fail(node().options.error_details ? why : told));
}

// -- the end ---------------------------------------------------------------------------------------

/// The address is free before a requester learns that the service has ended.
void service_bridge::on_service_ended() {
  const auto here = node().table.find(own_.primary_address());
  if (here && here.record->identity == own_.record_)
    node().stop_record(here.record); // mail that is here already is read before the exit message
  end_all(service_has_ended());
}

void service_bridge::end_all(const error& why) {
  service_ended_ = true;
  while (!outstanding_.empty())
    if (auto ended = take(outstanding_.begin()->first))
      end_with(ended->promise, why, why);
  while (auto waiting = held_.take([](const inbound_credit*) { return true; }))
    pass_on(std::move(*waiting));
  windows_.clear();
}

address expose_actor(node& on, mailboxes at, caf::strong_actor_ptr service,
                     const service_codec& codec, const service_options& options) {
  if (!service)
    throw failure{error{errc::misuse, "the handle of the service is null; spawn the actor first"}};
  std::weak_ptr<const service_bridge::link> link;
  auto made = on.start_actor(
    std::move(at),
    [&](actor_sender own) -> worker_actor {
      auto bridge = caf::actor_cast<worker_actor>(
        on.system().spawn<service_bridge, caf::lazy_init>(std::move(own), service, codec, options));
      link
        = static_cast<service_bridge&>(*caf::actor_cast<caf::abstract_actor*>(bridge)).weak_link();
      return bridge;
    },
    options.worker);
  // Runs at once when the service has ended already; keeps nothing alive.
  caf::actor_cast<caf::abstract_actor*>(service)->attach_functor([link] {
    if (const auto found = link.lock())
      if (const auto bridge = caf::actor_cast<caf::strong_actor_ptr>(found->bridge))
        compat::post(caf::actor_cast<caf::abstract_actor*>(bridge), nullptr,
                     worker_signal{worker_signal::kind::end});
  });
  return made;
}

} // namespace ockam::internal
