#include "ockam/actors/transport_port.hpp"

#include "connection_account.hpp"
#include "node_state.hpp"

#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/text.hpp"

#include <mutex>

namespace ockam {

using internal::connection_account;
using internal::node_state;
using internal::resident;
using internal::worker_record;

namespace {

constexpr std::uint16_t sender_index = 0;
constexpr std::uint16_t receiver_index = 1;

void close_record(const std::shared_ptr<node_state>& node, const ref_ptr<worker_record>& record) {
  if (!record)
    return;
  node->remove(*record);
  if (const auto actor = record->take_actor())
    compat::post_exit(caf::actor_cast<caf::abstract_actor*>(actor));
}

} // namespace

message_sink::room message_sink::wait_for_room(std::size_t, const ref_ptr<waiter>&) {
  return room::available;
}

std::string message_sink::description() const {
  return "a connection";
}

void transport::resolve_implicitly(const address& remote,
                                   std::function<void(result<address>)> ready) {
  ready(fail(errc::unsupported, escaped(to_string(remote)) + " cannot be connected implicitly"));
}

error connection_closed(std::string_view peer, const std::optional<error>& cause) {
  auto text = "the connection with " + escaped(peer) + " is closed"
              + (cause ? " (" + to_string(*cause) + ")" : std::string{}) + "; connect again";
  return error{errc::connection_closed, std::move(text)}.with_cause(cause ? cause->code()
                                                                          : std::error_code{});
}

// -- connections -----------------------------------------------------------------------------------

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
    hop_ = std::move(other.hop_);
  }
  return *this;
}

connection_port::~connection_port() {
  close();
}

result<connection_port> connection_port::open(std::shared_ptr<node_state> node,
                                              connection_setup setup) {
  if (auto allowed = node->check_process(); !allowed)
    return fail(std::move(allowed.error()));
  std::vector<mailbox_options> boxes;
  boxes.push_back({.address = address::random(),
                   .incoming = allow_all(),
                   .outgoing = deny_all(),
                   .terminal = true,
                   .attributes = {{"peer", setup.peer}}});
  boxes.push_back({.address = address::random(),
                   .incoming = deny_all(),
                   .outgoing = flow_control(node->flows, setup.id, setup.spawner_id)});
  const auto sender = boxes[sender_index].address;
  const auto receiver = boxes[receiver_index].address;
  auto record = make_ref<worker_record>(mailboxes{std::move(boxes)}, resident::sink,
                                        node->counters);
  record->sink = std::move(setup.output);
  record->set_ready({});
  // rights first: the addresses are unknown to everybody until they are in the table
  node->flows->add_producer(receiver, setup.id, setup.spawner_id, {sender});
  for (const auto& id : setup.consumer_of)
    node->flows->add_consumer(sender, id);
  if (auto inserted = node->table.insert(record); !inserted) {
    node->flows->clean_up(receiver);
    node->flows->clean_up(sender);
    close_record(node, record);
    return fail(std::move(inserted.error()));
  }
  connection_port port;
  port.node_ = std::move(node);
  port.record_ = std::move(record);
  port.sender_ = sender;
  port.receiver_ = receiver;
  port.id_ = setup.id;
  port.peer_ = std::move(setup.peer);
  port.listener_ = std::move(setup.listener);
  port.account_
    = ref_ptr<connection_account>{dynamic_cast<connection_account*>(setup.credit.get())};
  if (port.account_)
    port.account_->explains_drops = setup.explain_drops;
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

void connection_port::deliver(message content, compat::execution_context* context) {
  count_received(1);
  if (node_->options.observer) [[unlikely]]
    node_->counters->host.call("the message observer", [&] {
      node_->options.observer->on_read(sender_address(), peer_, content);
    });
  if (content.onward_route().empty()) {
    node_->count_drop(drop_reason::heartbeat, content);
    return;
  }
  content = std::move(content).push_front_return_route(sender_address());
  content.set_came_from_wire();
  const auto routed = node_->route_from(*record_, receiver_index, std::move(content), context,
                                        drop_reason::not_a_consumer, hop_.get());
  if (!routed)
    node_->log().report(record_->log_lines, internal::level_of(routed.error()), [&] {
      return "a message from " + peer_for_logs() + " was dropped: " + to_string(routed.error());
    });
}

void connection_port::discard(drop_reason reason, std::uint64_t count) noexcept {
  count_received(count);
  node_->counters->drop_unseen(reason, count);
  if (account_)
    account_->count_drop(reason, count);
}

void connection_port::count_received(std::uint64_t messages) noexcept {
  record_->traffic.received.add_exclusively(messages);
  if (!hop_)
    record_->settle_if_gone();
  if (account_)
    account_->received.add_exclusively(messages);
}

void connection_port::drop_undecodable(const error& why) {
  discard(exceeds_limits(why) ? drop_reason::route_too_long : drop_reason::undecodable);
  node_->log().report(record_->log_lines, log_level::warning, [&] {
    return "a message from " + peer_for_logs() + " was ignored: " + to_string(why);
  });
}

void connection_port::begin_run() {
  hop_ = std::make_unique<internal::next_hop>();
}

void connection_port::end_run() noexcept {
  hop_ = nullptr;
  if (record_)
    record_->settle_if_gone();
}

bool connection_port::observed() const noexcept {
  return node_->options.observer != nullptr;
}

void connection_port::note_write(const message& content, std::size_t skip_hops) const {
  if (!node_->options.observer) [[likely]]
    return;
  auto leaving = content;
  for (; skip_hops > 0; --skip_hops)
    leaving = std::move(*std::move(leaving).pop_front_onward_route());
  node_->counters->host.call("the message observer", [&] {
    node_->options.observer->on_write(sender_address(), peer_, leaving);
  });
}

void connection_port::count_written(std::uint64_t messages) const noexcept {
  if (account_)
    account_->written.add(messages);
  const std::lock_guard guard{in_use_};
  if (record_) {
    record_->traffic.written.add(messages);
    record_->settle_if_gone();
  } else {
    node_->counters->of_the_gone.written.add(messages);
  }
}

void connection_port::count_dropped(drop_reason reason, std::uint64_t messages) const noexcept {
  node_->counters->drop_unseen(reason, messages);
  if (account_)
    account_->lost.add(messages);
}

void connection_port::close(const std::optional<error>& cause) noexcept {
  ref_ptr<worker_record> last;
  {
    const std::lock_guard guard{in_use_};
    last = std::move(record_);
  }
  if (last)
    node_->remember_closed(sender_, connection_closed(peer_, cause));
  close_record(node_, last);
}

// -- listeners -------------------------------------------------------------------------------------

listener_port::listener_port() = default;
listener_port::listener_port(listener_port&& other) noexcept = default;

listener_port& listener_port::operator=(listener_port&& other) noexcept {
  if (this != &other) {
    close();
    node_ = std::move(other.node_);
    record_ = std::move(other.record_);
  }
  return *this;
}

listener_port::~listener_port() {
  close();
}

namespace {

/// Tells a listener that its address was stopped; it has no messages.
class stop_notice final : public message_sink {
public:
  explicit stop_notice(std::function<void()> on_stop) : on_stop_{std::move(on_stop)} {}
  result<void> push(routed_message&, compat::execution_context*) override {
    return fail(errc::not_found, "a listener takes no messages");
  }
  void close() override {
    if (on_stop_)
      on_stop_();
  }

private:
  const std::function<void()> on_stop_;
};

} // namespace

result<listener_port> listener_port::open(std::shared_ptr<node_state> node,
                                          const flow_control_id& id,
                                          std::function<void()> on_stop) {
  if (auto allowed = node->check_process(); !allowed)
    return fail(std::move(allowed.error()));
  mailbox_options box{
    .address = ockam::address::random(), .incoming = deny_all(), .outgoing = deny_all()};
  const auto own = box.address;
  auto record = make_ref<worker_record>(mailboxes{std::move(box)}, resident::nobody,
                                        node->counters);
  record->sink = std::make_shared<stop_notice>(std::move(on_stop));
  record->set_ready({});
  node->flows->add_spawner(own, id);
  if (auto inserted = node->table.insert(record); !inserted) {
    node->flows->clean_up(own);
    return fail(std::move(inserted.error()));
  }
  listener_port port;
  port.node_ = std::move(node);
  port.record_ = std::move(record);
  return port;
}

const address& listener_port::address() const noexcept {
  return record_->primary();
}

void listener_port::close() noexcept {
  if (!record_)
    return;
  node_->remove(*record_);
  record_ = {};
}

result<void> attach_transport(const std::shared_ptr<node_state>& node,
                              std::shared_ptr<transport> what) {
  return node->attach(std::move(what));
}

} // namespace ockam
