// The workers that may be reached, and what must hold.

#include "simulated_node.hpp"

#include "metrics_text.hpp"

#include <algorithm>

namespace ockam::simulation {

/// Its body is none of the simulation's.
bool is_error_reply(const message& content) {
  auto last = address_view{};
  for (const auto hop : content.onward_route())
    last = hop;
  return last.value() == "+error";
}

// -- rights ----------------------------------------------------------------------------------------

void simulated_node::admit(const ockam::address& consumer, const flow_control_id& id) {
  node_->flow_controls().add_consumer(consumer, id);
  rights_[consumer].insert(id);
}

void simulated_node::relay_lends_rights(const route& forward_to, const route& way_back) {
  const ockam::address next{forward_to.front()};
  const ockam::address previous{way_back.front()};
  if (const auto entrance = find_link(next))
    rights_[previous].insert(entrance->engine().flow_control_id());
  if (const auto entrance = find_link(previous))
    rights_[next].insert(entrance->engine().flow_control_id());
}

bool simulated_node::lets_in(const link* through, const ockam::address& consumer) const {
  if (through == nullptr)
    return true;
  const auto found = rights_.find(consumer);
  return found != rights_.end()
         && (found->second.contains(through->engine().flow_control_id())
             || (through->engine().mode() == connection_mode::incoming
                 && found->second.contains(*entrance_)));
}

void simulated_node::on_delivery(const ockam::address& source, const ockam::address& destination) {
  if (asking_through_) { // this is the request, from the address for its reply
    rights_[source].insert(*asking_through_);
    asking_through_.reset();
  }
  for (const auto& each : links_)
    if (each->engine().receiver_address() == source)
      world_.book.require(lets_in(each.get(), destination),
                          "a message that came in through link " + std::to_string(each->number())
                            + " was delivered to " + to_string(destination) + " of node "
                            + std::to_string(index_) + ", which is no consumer of it");
}

void simulated_node::on_read(const ockam::address& sender, const message& content) {
  const auto through = find_link(sender);
  if (through && !is_error_reply(content))
    world_.book.is_read(content.payload(), through->life());
}

void simulated_node::on_write(const ockam::address& sender, const message& content) {
  const auto through = find_link(sender);
  if (through && !is_error_reply(content))
    world_.book.is_queued(content.payload(), through->number());
}

// -- what must hold --------------------------------------------------------------------------------

void simulated_node::check_counters() {
  if (!node_)
    return;
  const auto counted = node_->metrics();
  world_.book.require(counted.sent + counted.received
                        >= counted.delivered + counted.written + counted.total_dropped(),
                      "node " + std::to_string(index_)
                        + " has counted more ends than messages: " + test::text_of(counted));
}

/// Input may wait for output, and output for a far end that does not read.
void simulated_node::check_awake() {
  const bool output_waits
    = std::ranges::any_of(links_, [](const auto& each) { return each->is_blocked(); });
  for (const auto& each : links_)
    world_.book.require(
      !each->overslept() && (output_waits || !each->is_busy()),
      "link " + std::to_string(each->number()) + " was not woken: "
        + std::to_string(each->engine().pending_bytes()) + " bytes wait to be written, "
        + std::to_string(each->engine().unhandled()) + " messages are not handled");
}

void simulated_node::check_time() {
  for (const auto& each : links_)
    world_.book.require(!each->keeps_for_too_long(),
                        "link " + std::to_string(each->number())
                          + " has no wire, and messages wait for longer than keep_for");
}

void simulated_node::check_at_rest() {
  if (!node_)
    return;
  for (const auto& each : links_) {
    world_.book.require(
      each->engine().pending_bytes() == 0 && !each->is_busy(),
      "link " + std::to_string(each->number()) + " is stuck: "
        + std::to_string(each->engine().pending_bytes()) + " bytes wait to be written, "
        + std::to_string(each->engine().unhandled()) + " messages are not handled");
  }
  const auto counted = node_->metrics();
  world_.book.require(counted.in_flight() == 0,
                      "node " + std::to_string(index_)
                        + " has messages in flight, and nothing happens any more: "
                        + test::text_of(counted));
}

void simulated_node::check_ended() {
  const auto name = "node " + std::to_string(index_);
  std::vector<std::weak_ptr<internal::node_state>> ended;
  for (const auto& each : former_states_) {
    const auto counted = each->metrics();
    world_.book.require(counted.in_flight() == 0,
                        name + " ended with messages in flight: " + test::text_of(counted));
    world_.book.require(each->table.all().empty(), name + " ended with an address");
    world_.book.require(each->flows->empty(), name + " ended with a flow control entry");
    ended.emplace_back(each);
  }
  for (const auto& each : former_links_)
    world_.book.require(each->engine().unhandled() == 0 && each->engine().chunks_in_use() == 0,
                        "link " + std::to_string(each->number()) + " ended with "
                          + std::to_string(each->engine().unhandled()) + " messages and "
                          + std::to_string(each->engine().chunks_in_use()) + " chunks of memory");
  for (const auto& each : former_links_)
    each->forget_engine();
  former_links_.clear();
  former_states_.clear();
  for (const auto& each : ended)
    world_.book.require(each.expired(), name + " is kept after its end");
}

} // namespace ockam::simulation
