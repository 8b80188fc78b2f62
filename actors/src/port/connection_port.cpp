#include "ockam/actors/transport/connection_port.hpp"

#include "connection_account.hpp"
#include "node/node_state.hpp"

#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/text.hpp"

#include <mutex>

namespace ockam {

using internal::connection_account;
using internal::node_state;
using internal::record_kind;
using internal::state_of;
using internal::worker_record;

namespace {

constexpr std::uint16_t sender_index = 0;
constexpr std::uint16_t receiver_index = 1;

void close_record(node_state& node, worker_record& record) {
  node.remove(record);
  if (const auto actor = record.take_actor())
    compat::post_exit(caf::actor_cast<caf::abstract_actor*>(actor));
}

} // namespace

message_sink::room message_sink::wait_for_room(std::size_t, const ref_ptr<capacity_listener>&) {
  return room::available;
}

std::string message_sink::description() const {
  return "a connection";
}

drop_reason reason_of_refusal(const error& refusal) noexcept {
  if (refusal == errc::resource_exhausted)
    return drop_reason::pending_bytes_full;
  if (refusal == errc::message_too_large)
    return drop_reason::message_too_large;
  if (exceeds_limits(refusal))
    return drop_reason::route_too_long;
  if (refusal == errc::invalid_value)
    return drop_reason::external_address;
  if (refusal == errc::access_denied)
    return drop_reason::outgoing_denied;
  if (refusal == errc::cancelled)
    return drop_reason::expired;
  return drop_reason::connection_closed;
}

error connection_closed(std::string_view peer, const std::optional<error>& cause) {
  auto text = "the connection with " + escaped(peer) + " is closed"
              + (cause ? " (" + to_string(*cause) + ")" : std::string{}) + "; connect again";
  return error{errc::connection_closed, std::move(text)}.with_cause(cause ? cause->code()
                                                                          : std::error_code{});
}

connection_port::connection_port() = default;

connection_port::connection_port(connection_port&& other) noexcept {
  *this = std::move(other);
}

connection_port& connection_port::operator=(connection_port&& other) noexcept {
  if (this != &other) {
    close();
    node_ = std::move(other.node_);
    record_ = std::move(other.record_);
    sender_ = std::move(other.sender_);
    receiver_ = std::move(other.receiver_);
    id_ = std::move(other.id_);
    peer_ = std::move(other.peer_);
    listener_ = std::move(other.listener_);
    account_ = std::move(other.account_);
    route_cache_ = std::move(other.route_cache_);
  }
  return *this;
}

connection_port::~connection_port() {
  close();
}

result<connection_port> connection_port::open(node_ptr services, connection_setup setup) {
  auto& node = state_of(*services);
  if (auto allowed = node.check_process(); !allowed)
    return fail(std::move(allowed.error()));
  std::vector<mailbox_options> boxes;
  boxes.push_back({.address = address::random(),
                   .incoming = allow_all(),
                   .outgoing = deny_all(),
                   .terminal = true,
                   .attributes = {{"peer", setup.peer}}});
  boxes.push_back({.address = address::random(),
                   .incoming = deny_all(),
                   .outgoing = allow_consumers_of(node.flows, setup.id, setup.spawner_id)});
  const auto sender = boxes[sender_index].address;
  const auto receiver = boxes[receiver_index].address;
  auto record = make_ref<worker_record>(mailboxes{std::move(boxes)}, record_kind::sink,
                                        node.counters);
  record->sink = std::move(setup.output);
  record->set_ready({});
  // rights first: the addresses are unknown until they are in the table
  node.flows->add_producer(receiver, setup.id, setup.spawner_id, {sender});
  for (const auto& id : setup.consumer_of)
    node.flows->add_consumer(sender, id);
  if (auto inserted = node.table.insert(record); !inserted) {
    node.flows->clean_up(receiver);
    node.flows->clean_up(sender);
    close_record(node, *record);
    return fail(std::move(inserted.error()));
  }
  connection_port port;
  port.node_ = std::move(services);
  port.record_ = std::move(record);
  port.sender_ = sender;
  port.receiver_ = receiver;
  port.id_ = setup.id;
  port.peer_ = std::move(setup.peer);
  port.listener_ = std::move(setup.listener);
  port.account_ = make_ref<connection_account>();
  port.account_->explains_drops = setup.explain_drops;
  if (setup.credit)
    setup.credit->set_origin(port.account_);
  return port;
}

const address& connection_port::sender_address() const noexcept {
  return sender_;
}

const address& connection_port::receiver_address() const noexcept {
  return receiver_;
}

std::string connection_port::peer_for_logs() const {
  return escaped(peer_) + (listener_ ? " (listener " + escaped(*listener_) + ")" : std::string{});
}

void connection_port::receive(message content, execution_context* context) {
  count_received(1);
  if (state_of(*node_).options.observer) [[unlikely]]
    state_of(*node_).counters->host.call("the message observer", [&] {
      state_of(*node_).options.observer->on_read(sender_address(), peer_, content);
    });
  if (content.onward_route().empty()) {
    state_of(*node_).count_drop(drop_reason::heartbeat, content);
    return;
  }
  content = std::move(content).push_front_return_route(sender_address());
  content.set_came_from_wire();
  const auto routed = state_of(*node_).route_from(*record_, receiver_index, std::move(content),
                                                  context, drop_reason::not_a_consumer,
                                                  route_cache_.get());
  if (!routed)
    node_->log().report(record_->log_lines, internal::level_of(routed.error()), [&] {
      return "a message from " + peer_for_logs() + " was dropped: " + to_string(routed.error());
    });
}

void connection_port::discard(drop_reason reason, std::uint64_t count) noexcept {
  count_received(count);
  state_of(*node_).counters->drop_unseen(reason, count);
  account_->count_drop(reason, count);
}

void connection_port::count_received(std::uint64_t messages) noexcept {
  record_->traffic.received.add_exclusively(messages);
  if (!route_cache_)
    record_->flush_counters_if_gone();
  account_->received.add_exclusively(messages);
}

void connection_port::drop_undecodable(const error& why) {
  discard(exceeds_limits(why) ? drop_reason::route_too_long : drop_reason::undecodable);
  node_->log().report(record_->log_lines, log_level::warning, [&] {
    return "a message from " + peer_for_logs() + " was ignored: " + to_string(why);
  });
}

void connection_port::begin_run() {
  route_cache_ = std::make_unique<internal::route_cache>();
}

void connection_port::end_run() noexcept {
  route_cache_ = nullptr;
  if (record_)
    record_->flush_counters_if_gone();
}

bool connection_port::observed() const noexcept {
  return state_of(*node_).options.observer != nullptr;
}

void connection_port::note_write(const message& content, std::size_t skip_hops) const {
  if (!state_of(*node_).options.observer) [[likely]]
    return;
  auto leaving = content;
  for (; skip_hops > 0; --skip_hops)
    leaving = std::move(*std::move(leaving).pop_front_onward_route());
  state_of(*node_).counters->host.call("the message observer", [&] {
    state_of(*node_).options.observer->on_write(sender_address(), peer_, leaving);
  });
}

void connection_port::add_to(connection_metrics& sum) const noexcept {
  account_->add_to(sum);
}

void connection_port::count_written(std::uint64_t messages) const noexcept {
  account_->written.add(messages);
  const std::lock_guard guard{in_use_};
  if (record_) {
    record_->traffic.written.add(messages);
    record_->flush_counters_if_gone();
  } else {
    state_of(*node_).counters->retired.written.add(messages);
  }
}

void connection_port::count_dropped(drop_reason reason, std::uint64_t messages) const noexcept {
  state_of(*node_).counters->drop_unseen(reason, messages);
  account_->lost.add(messages);
}

void connection_port::close(const std::optional<error>& cause) noexcept {
  ref_ptr<worker_record> last;
  {
    const std::lock_guard guard{in_use_};
    last = std::move(record_);
  }
  if (!last)
    return;
  state_of(*node_).remember_closed(sender_, connection_closed(peer_, cause));
  close_record(state_of(*node_), *last);
}

} // namespace ockam
