// The way of one message through the node: the part of node_state that runs for each.

#include "node/node_state.hpp"

#include "error_reply.hpp"
#include "log/log.hpp"
#include "worker/worker_shell.hpp"

#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/text.hpp"

namespace ockam::internal {

namespace {

std::string in_milliseconds(std::chrono::steady_clock::duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count())
         + " ms";
}

drop_reason reason_unknown(address_view next) {
  return next.is_local() ? drop_reason::unknown_address : drop_reason::external_address;
}

} // namespace

error lost(drop_reason reason, const message& content) {
  const auto next = content.onward_route().empty()
                      ? std::string{"its next address"}
                      : escaped(to_string(content.onward_route().front()));
  const auto request = "the request was dropped on its way to " + next + ": ";
  switch (reason) {
    case drop_reason::unknown_address:
    case drop_reason::external_address:
      return {errc::not_found, request + "nothing is registered there"};
    case drop_reason::not_a_consumer:
    case drop_reason::outgoing_denied:
    case drop_reason::incoming_denied:
    case drop_reason::access_control_error:
      return {errc::access_denied, request + "access control did not admit it"};
    case drop_reason::worker_gone:
      return {errc::cancelled, request + "the worker ended before it handled it"};
    case drop_reason::message_too_large:
      return {errc::message_too_large, request + "it is too large"};
    case drop_reason::route_too_long:
      return {errc::route_too_long, request + "its route, or an address in it, is too long"};
    case drop_reason::connection_closed:
      return {errc::connection_closed, request + "the connection was closed"};
    case drop_reason::mailbox_full:
    case drop_reason::pending_bytes_full:
    case drop_reason::too_many_steps:
    default:
      return {errc::resource_exhausted, request + std::string{to_string(reason)}};
  }
}

result<void> node_state::send(worker_record& from, std::uint16_t from_index, message content,
                              compat::execution_context* context, route_cache* cache) {
  if (content.onward_route().empty())
    return fail(errc::empty_route, "the onward route has no address to send to");
  if (is_inherited()) [[unlikely]]
    return fail(why_inherited());
  from.count(&traffic::sent);
  return route_from(from, from_index, std::move(content), context, drop_reason::outgoing_denied,
                    cache);
}

result<void> node_state::route_from(worker_record& from, std::uint16_t from_index, message content,
                                    compat::execution_context* context, drop_reason denied,
                                    route_cache* cache) {
  const auto next = content.onward_route().front();
  route_cache only;
  auto& lookup = cache != nullptr ? *cache : only;
  const auto* target = &lookup.find(table, next);
  const auto unreachable = [&] {
    count_drop(reason_unknown(next), content);
    return fail(unknown(next));
  };
  if (!*target) {
    if (options.implicit_connections && !next.is_local() && !content.came_from_wire())
      return route_implicitly(from, from_index, std::move(content), denied);
    return unreachable();
  }

  const auto& box = from.boxes[from_index];
  const auto rights = flows->generation(); // before the question
  if (!box.open_for_outgoing && !(cache != nullptr && cache->admitted(rights))) {
    const auto wanted = *target;
    const relay_message what{box.address, wanted.record->address_at(wanted.index), content};
    const auto verdict = ask(*box.outgoing, what);
    if (!verdict || !*verdict) {
      if (verdict && !table.find(next)) // it went, and its rights with it, while we asked
        return unreachable();
      log().report(from.log_lines, log_level::warning,
                   [&] { return describe_denial("outgoing", what, *box.outgoing, verdict); });
      count_drop(verdict ? denied : drop_reason::access_control_error, content);
      return verdict ? result<void>{} : fail(verdict.error());
    }
    if (cache != nullptr && from.kind == record_kind::sink)
      cache->admit(rights);             // flow control looks at nothing but the address
    target = &lookup.find(table, next); // the access control may have sent a message meanwhile
    if (!*target)
      return unreachable();
  }

  content.count_local_step();
  const auto max_steps = content.came_from_wire() ? options.max_local_steps_from_wire
                                                  : options.max_local_steps;
  if (content.local_steps() > max_steps) {
    count_drop(drop_reason::too_many_steps, content);
    return fail(errc::resource_exhausted,
                "the message made more than " + std::to_string(max_steps)
                  + " hops in this node (max-local-steps); does its route form a loop?");
  }
  return hand_over(*target, &from, box.address, std::move(content), context);
}

result<void> node_state::route_implicitly(worker_record& from, std::uint16_t from_index,
                                          message content, drop_reason denied) {
  const address remote{content.onward_route().front()};
  const auto transport = find_transport(remote.type());
  if (!transport) {
    count_drop(drop_reason::external_address, content);
    return fail(errc::unknown_transport, "no transport for " + escaped(to_string(remote))
                                           + " is attached to this node; create it first");
  }
  transport->resolve_implicitly(
    remote, [node = shared_from_this(), sender = ref_ptr<worker_record>{&from}, from_index, denied,
             content = std::move(content)](const result<address>& connection) mutable {
      auto routed = connection.and_then([&](const address& next) {
        return node->route_from(*sender, from_index,
                                *std::move(content).replace_front_onward_route(next), nullptr,
                                denied);
      });
      if (!connection)
        node->count_drop(drop_reason::external_address, content);
      if (!routed)
        node->log().report(sender->log_lines, log_level::warning,
                           [&] { return "a message was dropped: " + to_string(routed.error()); });
    });
  return {};
}

void node_state::route_anonymous(routed_message&& content, compat::execution_context* context) {
  static const address none;
  counters->retired.sent.add();
  auto moved = std::move(content).into_local_message();
  if (moved.onward_route().empty())
    return count_drop(drop_reason::heartbeat, moved);
  const auto target = table.find(moved.onward_route().front());
  if (!target)
    return count_drop(reason_unknown(moved.onward_route().front()), moved);
  moved.count_local_step();
  if (moved.local_steps() > options.max_local_steps)
    return count_drop(drop_reason::too_many_steps, moved);
  if (auto refused = hand_over(target, nullptr, none, std::move(moved), context); !refused)
    log().report(log_level::debug, [&] {
      return "a message sent to the router was refused: " + to_string(refused.error());
    });
}

/// @param to  stays to the end, also when the worker has left the table and handled the message before
result<void> node_state::hand_over(const located& to, const worker_record* from, address source,
                                   message content, compat::execution_context* context) {
  auto& record = *to.record;
  if (record.kind != record_kind::sink)
    content.occupy(credit_use::made);
  if (options.observer) [[unlikely]]
    counters->host.call("the message observer", [&] {
      options.observer->on_delivery(source, record.address_at(to.index), content);
    });
  routed_message routed{std::move(content), std::move(source),
                        record.identity ? record.identity : to.record, to.index};
  switch (record.kind) {
    case record_kind::shell:
    case record_kind::reply: {
      if (record.kind == record_kind::reply
          && !record.requester) { // of an actor that was written by hand
        compat::post(record.mailbox(), context, std::move(routed));
        return {};
      }
      const auto& worker = record.requester ? record.requester : to.record;
      if (worker->pooled.load(std::memory_order_relaxed))
        context = nullptr;
      else if (from != nullptr && from->kind == record_kind::sink
               && worker->io_context.load(std::memory_order_relaxed) != context)
        worker->io_context.store(context, std::memory_order_relaxed); // before there is mail
      worker_shell::accept(worker, std::make_unique<message_queue::element>(std::move(routed)),
                           context);
      return {}; // whatever does not come in, for the worker or the memory is gone, counts itself as lost
    }
    case record_kind::actor:
      if (is_expired(routed.local_message())) {
        routed.set_handled();
        count_drop(drop_reason::expired, routed.local_message());
      } else if (!record.admits(routed)) {
        routed.set_handled();
      } else {
        if (!record.identity->accounts_for_mail) {
          routed.set_handled();
          record.count(&traffic::delivered);
        }
        record.gate->accept(std::move(routed), context);
      }
      return {};
    case record_kind::endpoint:
    case record_kind::sink: {
      if (record.kind == record_kind::sink && !record.admits(routed)) {
        routed.set_handled();
        return {};
      }
      auto taken = record.sink->push(routed, context);
      routed.set_handled();
      if (!taken)
        counters->drop(record.kind == record_kind::sink   ? reason_of_refusal(taken.error())
                       : taken.error() == errc::not_found ? drop_reason::unknown_address
                                                          : drop_reason::mailbox_full,
                       routed.local_message(), &taken.error());
      return taken;
    }
    case record_kind::none:
      routed.set_handled();
      static_cast<void>(record.admits(routed)); // denies, counts and logs
      return {};
  }
  return fail(errc::internal);
}

/// Sends the requester at a peer the reason, along the way the request came.
void node_state::explain_drop(drop_reason reason, const message& content) {
  if (!understands_errors(content.return_route()) || content.onward_route().empty())
    return;
  route_anonymous(routed_message{make_error_reply(content.return_route(), lost(reason, content),
                                                  address{content.onward_route().front()})},
                  nullptr);
}

void node_state::remember_closed(const address& connection, error why) {
  closed_connections_.add(connection, std::move(why));
}

void node_state::remember_unanswered(const address& requester) {
  ended_requests_.add(requester, {timers::clock::now()});
}

error node_state::no_reply(const route& to, std::chrono::steady_clock::duration timeout) const {
  const auto found = to.empty() ? located{} : table.find(to.front());
  const auto through = found && found.record->kind == record_kind::sink
                         ? " through " + found.record->sink->description()
                         : std::string{};
  return {errc::timeout, "no reply came within " + in_milliseconds(timeout) + " from ["
                           + escaped(to_string(to), 1024) + "]" + through
                           + "; raise request_options.timeout, or check the route and the far "
                             "side's flow control"};
}

void node_state::count_drop(drop_reason reason, const message& content) {
  counters->drop(reason, content);
}

error node_state::unknown(address_view next) const {
  if (is_gone())
    return {errc::node_stopped, "the node has stopped"};
  if (auto closed = closed_connections_.find(next))
    return std::move(*closed);
  const auto name = escaped(to_string(next));
  if (const auto request = ended_requests_.find(next))
    return error{errc::not_found, "a reply came for a request that had ended "
                                    + in_milliseconds(timers::clock::now() - request->at)
                                    + " before, at " + name
                                    + "; raise request_options.timeout, or find out what is slow"}
      .with_cause(make_error_code(errc::timeout));
  if (!next.is_local())
    return {errc::unresolved_address,
            name
              + " is a transport address and no connection; connect first, or call "
                "resolve_transport_route"};
  return {errc::not_found,
          "no worker is registered at " + name + "; start it first, or check the spelling"};
}

error node_state::unsendable(const route& to, const error& encoding) const {
  const auto next = to.front();
  if (!table.find(next))
    return unknown(next);
  return {errc::not_encodable,
          "the body cannot be encoded and was not sent: " + to_string(encoding)};
}

} // namespace ockam::internal
