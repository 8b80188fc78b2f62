#include "trace.hpp"

#include "dice.hpp"

#include "ockam/actors/metrics.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

namespace ockam::simulation {

namespace {

/// With %1, %2, %3 for the numbers, %r for a reason as the second one.
std::string_view text_of(event what) {
  switch (what) {
    case event::node_started:
      return "node %1 starts, incarnation %2";
    case event::node_stopped:
      return "node %1 stops";
    case event::worker_started:
      return "worker %1 starts on node %2";
    case event::worker_stopped:
      return "worker %1 is stopped";
    case event::worker_runs:
      return "actor %1 runs on a thread of CAF";
    case event::worker_runs_on_io:
      return "actor %1 runs on the I/O thread of node %2";
    case event::worker_changes_thread:
      return "a call on the I/O thread of node %1";
    case event::relay_started:
      return "relay %1 starts on node %2, to link %3";
    case event::connect:
      return "link %1 connects node %2 with node %3";
    case event::connection_refused:
      return "link %1 is refused by node %2";
    case event::accepted:
      return "link %1 accepts link %2 at node %3";
    case event::link_lost:
      return "link %1 has lost its wire";
    case event::link_ended:
      return "link %1 has ended";
    case event::deadline_missed:
      return "link %1 gives up, for its far end takes nothing";
    case event::wire_cut:
      return "the wire of link %1 is cut";
    case event::wire_doomed:
      return "the wire of link %1 will break after %2 bytes";
    case event::bytes_written:
      return "link %1 writes %2 bytes";
    case event::bytes_read:
      return "link %1 reads %2 bytes";
    case event::reads_on:
      return "link %1 goes on reading";
    case event::goes_on:
      return "a call in the loop of link %1";
    case event::sent:
      return "message %1 is sent by worker %2, %3 hops";
    case event::send_refused:
      return "message %1 was refused";
    case event::asked:
      return "request %1 is asked by worker %2, %3 hops";
    case event::answered:
      return "request %1 has ended, reply: %2, error: %3";
    case event::awaits_room:
      return "worker %1 waits for room in an output";
    case event::has_room:
      return "worker %1 is told that there is room";
    case event::answers_later:
      return "a promise of worker %1 is kept: %2";
    case event::expired:
      return "link %1 has no peer and drops what waited for too long, %2 bytes are left";
    case event::delayed:
      return "message %1 will be sent later by worker %2, %3 hops";
    case event::passed:
      return "message %1 passes %2";
    case event::delivered:
      return "message %1 is delivered to worker %2";
    case event::dropped:
      return "message %1 is dropped: %r";
    case event::time_passes:
      return "time passes: %1 ms";
    case event::timer:
      return "a timer of node %1";
  }
  return "";
}

} // namespace

void trace::note(event what, std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  if (what == event::dropped) // a node that stops empties its mailboxes in the order of a hash
    drops_ += mix(mix(a, b), c);
  else
    for (const auto number : {static_cast<std::uint64_t>(what), a, b, c})
      hash_ = mix(hash_, number);
  const entry added{what, {a, b, c}};
  last_[size_ % last_.size()] = added;
  if (print_)
    std::puts(line(size_, added).c_str());
  ++size_;
}

std::vector<std::string> trace::last() const {
  std::vector<std::string> lines;
  for (auto i = size_ - std::min<std::uint64_t>(size_, last_.size()); i < size_; ++i)
    lines.push_back(line(i, last_[i % last_.size()]));
  return lines;
}

std::string trace::line(std::uint64_t number, const entry& entry) {
  auto text = std::to_string(number) + "  ";
  const auto form = text_of(entry.what);
  for (std::size_t i = 0; i < form.size(); ++i)
    if (form[i] != '%')
      text += form[i];
    else if (form[++i] == 'r')
      text += to_string(static_cast<drop_reason>(entry.numbers[1]));
    else
      text += std::to_string(entry.numbers[static_cast<std::size_t>(form[i] - '1')]);
  return text;
}

} // namespace ockam::simulation
