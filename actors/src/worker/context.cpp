#include "ockam/actors/context.hpp"

#include "node/node_state.hpp"
#include "routing/error_reply.hpp"
#include "worker_shell.hpp"

#include "ockam/actors/transport/blocking.hpp"
#include "ockam/protocol/multiaddr.hpp"
#include "ockam/protocol/text.hpp"

namespace ockam {

using internal::record_kind;
using internal::worker_record;

sender::sender(std::shared_ptr<internal::node_state> node, ref_ptr<worker_record> record)
  : node_{std::move(node)}, record_{std::move(record)} {}

sender::sender(const sender&) = default;
sender::sender(sender&&) noexcept = default;
sender& sender::operator=(const sender&) = default;
sender& sender::operator=(sender&&) noexcept = default;
sender::~sender() = default;

std::shared_ptr<node_services> sender::services() const {
  return node_;
}

const address& sender::primary_address() const noexcept {
  return record_->primary();
}

std::vector<address> sender::addresses() const {
  std::vector<address> all;
  for (std::size_t i = 0; i < record_->boxes.size(); ++i)
    all.push_back(record_->boxes[i].address);
  return all;
}

result<std::uint16_t> sender::own_index(const address& own) const {
  if (const auto index = record_->index_of(own))
    return *index;
  return fail(errc::not_own_address, escaped(to_string(own)) + " is not an address of "
                                       + escaped(to_string(primary_address()))
                                       + "; send from one of addresses()");
}

result<message> sender::make_message(std::uint16_t from, route to, result<shared_bytes> payload,
                                     std::vector<local_info> info) {
  if (to.empty())
    return fail(errc::empty_route, "the route to send along is empty; give at least one address");
  if (!payload)
    return fail(node_->unsendable(to, payload.error()));
  auto content = message{std::move(to), {}, std::move(*payload)}.push_front_return_route(
    record_->address_at(from)); // written where it stays
  for (auto& each : info)
    content = std::move(content).add_local_info(std::move(each));
  if (tracing_)
    content = std::move(content).set_tracing_context(*tracing_);
  return content;
}

result<void> sender::send_payload(std::uint16_t from, route to, result<shared_bytes> payload,
                                  std::vector<local_info> info) {
  auto content = make_message(from, std::move(to), std::move(payload), std::move(info));
  if (!content)
    return fail(std::move(content.error()));
  return pass_on(from, std::move(*content));
}

/// What a worker sends while it handles a message is paid by the credit of that message.
result<void> sender::pass_on(std::uint16_t from, message content) {
  if (shell_ == nullptr)
    return node_->send(*record_, from, std::move(content), nullptr);
  if (const auto& credit = shell_->credit(); credit && !content.holds_credit())
    content.charge_to(credit);
  return node_->send(*record_, from, std::move(content), shell_->execution_context(),
                     shell_->cached_route());
}

// -- answering -------------------------------------------------------------------------------------

result<void> sender::reply_payload(const routed_message& request, result<shared_bytes> payload) {
  return make_message(0, request.return_route(), std::move(payload), {})
    .and_then([&](message&& content) {
      if (auto* const credit = request.local_message().credit())
        content.charge_to(ref_ptr<inbound_credit>{credit});
      return pass_on(0, std::move(content));
    });
}

result<void> sender::reply_error(const routed_message& request, const error& why) {
  if (!internal::understands_errors(request.return_route()))
    return {};
  auto content = internal::make_error_reply(request.return_route(), why, request.message_address());
  if (auto* const credit = request.local_message().credit())
    content.charge_to(ref_ptr<inbound_credit>{credit});
  return pass_on(0, std::move(content));
}

result<void> sender::forward(message content) {
  return pass_on(0, std::move(content));
}

result<void> sender::forward_from_address(message content, const address& from) {
  return own_index(from).and_then(
    [&](std::uint16_t index) { return pass_on(index, std::move(content)); });
}

result<void> sender::forward(result<message> content) {
  if (!content)
    return fail(std::move(content.error()));
  return pass_on(0, std::move(*content));
}

result<address> sender::start(mailboxes at, std::unique_ptr<internal::worker_object> worker,
                              worker_options options) {
  return node_->start_shell(std::move(at), std::move(worker), options, tracing_);
}

result<address> sender::start_closed(mailboxes at, std::unique_ptr<internal::worker_object> worker,
                                     worker_options options) {
  return start(std::move(at).closed_by_default(), std::move(worker), options);
}

result<void> sender::stop_worker(const address& any) {
  return node_->stop_worker(any);
}

bool sender::is_registered(const address& primary) const {
  const auto found = node_->table.find(primary);
  return found && found.index == 0;
}

std::vector<address> sender::list_workers() const {
  std::vector<address> primaries;
  for (const auto& record : node_->table.all())
    primaries.push_back(record->primary());
  return primaries;
}

std::optional<address_metadata> sender::metadata(const address& any) const {
  const auto found = node_->table.find(any);
  if (!found)
    return std::nullopt;
  const auto& box = found.record->boxes[found.index];
  if (!box.details)
    return std::nullopt;
  const auto& [terminal, attributes] = *box.details;
  return address_metadata{box.address, terminal, {attributes.begin(), attributes.end()}};
}

result<std::optional<address>> sender::find_terminal_address(const route& along) const {
  if (node_->is_gone())
    return fail(errc::node_stopped, "the node has stopped");
  for (auto hop : along)
    if (!hop.is_local())
      return fail(errc::invalid_value,
                  escaped(to_string(hop)) + " is not a local address; resolve the route first");
  for (auto hop : along)
    if (const auto found = metadata(address{hop}); found && found->terminal)
      return std::optional{address{hop}};
  return std::optional<address>{};
}

result<route> sender::resolve_transport_route(const route& along) {
  if (node_->is_gone())
    return fail(errc::node_stopped, "the node has stopped");
  const auto external = std::count_if(along.begin(), along.end(),
                                      [](address_view hop) { return !hop.is_local(); });
  if (external > 1)
    return fail(errc::only_one_transport_hop, "the route " + escaped(to_string(along)) + " has "
                                                + std::to_string(external)
                                                + " transport addresses; only one can be resolved");
  route resolved;
  for (auto hop : along) {
    if (hop.is_local()) {
      resolved.append(hop);
      continue;
    }
    const auto transport = node_->find_transport(hop.type());
    if (!transport)
      return fail(errc::unknown_transport, "no transport for addresses of type "
                                             + std::to_string(hop.type())
                                             + " is attached to this node; create it first");
    if (auto allowed = check_may_block("resolve_transport_route",
                                       "use async_connect, and put the address of what it has made "
                                       "into the route");
        !allowed)
      return fail(std::move(allowed.error()));
    auto connection = transport->resolve(address{hop});
    if (!connection)
      return fail(std::move(connection.error()));
    resolved.append(*connection);
  }
  return resolved;
}

result<route> sender::resolve_transport_route(const multiaddr& along) {
  return along.to_route().and_then(
    [this](const route& hops) { return resolve_transport_route(hops); });
}

flow_controls& sender::flow_controls() const noexcept {
  return *node_->flows;
}

std::shared_ptr<flow_controls> sender::shared_flow_controls() const noexcept {
  return node_->flows;
}

caf::actor_system& sender::system() const noexcept {
  return node_->system;
}

void sender::request_stop() {
  node_->request_stop();
}

// -- delayed events --------------------------------------------------------------------------------

struct delayed_event::state : std::enable_shared_from_this<state> {
  state(std::shared_ptr<internal::node_state> node, ref_ptr<worker_record> record, message content,
        ref_ptr<inbound_credit> credit)
    : node{std::move(node)},
      record{std::move(record)},
      content{std::move(content)},
      credit{std::move(credit)} {}
  ~state() { node->remove(*record); }

  void cancel() {
    const std::lock_guard guard{mutex};
    ++round;
    node->timers.cancel(timer);
  }

  void schedule(time_span delay) {
    const std::lock_guard guard{mutex};
    ++round;
    node->timers.cancel(timer);
    timer = node->timers.schedule(delay, [weak = weak_from_this(), scheduled = round] {
      if (const auto self = weak.lock())
        self->send(scheduled);
    });
  }

  void send(std::uint64_t scheduled) {
    message copy;
    {
      const std::lock_guard guard{mutex};
      if (scheduled != round) // replaced or cancelled while the timer was going off
        return;
      copy = content;
    }
    if (credit)
      copy.charge_to(credit);
    if (const auto sent = node->send(*record, 0, std::move(copy), nullptr); !sent)
      node->log().report(record->log_lines, log_level::warning, [&] {
        return "a delayed message was not sent: " + to_string(sent.error());
      });
  }

  const std::shared_ptr<internal::node_state> node;
  const ref_ptr<worker_record> record;
  const message content;
  const ref_ptr<inbound_credit> credit; // of the message that led to it; nothing is taken meanwhile
  std::mutex mutex;
  internal::timers::id timer = 0;
  std::uint64_t round = 0; // of schedule and cancel
};

delayed_event::delayed_event(std::shared_ptr<state> own) : state_{std::move(own)} {}
delayed_event::delayed_event(delayed_event&&) noexcept = default;

delayed_event& delayed_event::operator=(delayed_event&& other) noexcept {
  if (this != &other) {
    cancel();
    state_ = std::move(other.state_);
  }
  return *this;
}

delayed_event::~delayed_event() {
  cancel();
}

void delayed_event::schedule(time_span delay) {
  if (state_)
    state_->schedule(delay);
}

void delayed_event::cancel() {
  if (state_)
    state_->cancel();
}

result<delayed_event> sender::make_delayed(route to, result<shared_bytes> payload) {
  auto first_hop = to.next();
  if (!first_hop)
    return fail(std::move(first_hop.error()));
  if (!payload)
    return fail(errc::not_encodable,
                "the body cannot be encoded and will not be sent: " + to_string(payload.error()));
  mailbox_options box{.address = address::random(),
                      .incoming = deny_all(),
                      .outgoing = allow_onward_addresses({*first_hop})};
  auto record = make_ref<worker_record>(mailboxes{std::move(box)}, record_kind::none,
                                        node_->counters);
  if (auto inserted = node_->table.insert(record); !inserted)
    return fail(std::move(inserted.error()));
  message content{std::move(to), route{record->primary()}, std::move(*payload)};
  return delayed_event{std::make_shared<delayed_event::state>(
    node_, std::move(record), std::move(content),
    shell_ != nullptr ? shell_->credit() : ref_ptr<inbound_credit>{})};
}

// -- worker contexts -------------------------------------------------------------------------------

context::context(std::shared_ptr<internal::node_state> node, ref_ptr<worker_record> record,
                 internal::worker_shell* shell)
  : sender{std::move(node), std::move(record)} {
  shell_ = shell;
}

void context::stop() {
  node_->stop_record(record_);
}

context::dispatcher context::make_dispatcher() {
  return shell_->make_dispatcher();
}

void context::defer_ready() {
  shell_->hold();
}

void context::ready() {
  shell_->release({});
}

void context::fail(error why) {
  shell_->release(ockam::fail(std::move(why)));
}

void context::wake() {
  shell_->wake();
}

result<void> context::request(route to, result<shared_bytes> payload, continuation on_reply,
                              request_options options) {
  return shell_->request(std::move(to), std::move(payload), std::move(on_reply),
                         std::move(options));
}

namespace {

/// Calls a function in a worker.
class call_when_writable final : public capacity_listener {
public:
  call_when_writable(context::dispatcher worker, std::function<void(context&)> call)
    : worker_{std::move(worker)}, call_{std::move(call)} {}
  void wake() noexcept override { worker_(std::move(call_)); }

private:
  const context::dispatcher worker_;
  std::function<void(context&)> call_; // once
};

} // namespace

void context::when_writable(const address& connection, std::function<void(context&)> then) {
  const auto notice = make_ref<call_when_writable>(make_dispatcher(), std::move(then));
  const auto found = node_->table.find(connection);
  if (!found || found.record->kind != record_kind::sink
      || found.record->sink->wait_for_room(1, notice) == message_sink::room::available)
    notice->wake();
}

std::optional<routed_message> context::take_waiting() {
  return shell_->take_waiting();
}

} // namespace ockam
