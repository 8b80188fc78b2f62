#include "hello_ockam/flow_order.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

namespace hello_ockam {

namespace {

using kind = flow_step::kind;

/// What a message looks like on the wire.
auto looks(const flow_step& step) {
  return std::tie(step.onward_route, step.return_route, step.content);
}

class matching {
public:
  explicit matching(const std::vector<flow_node>& nodes) : nodes_{nodes} {}

  flow_matches run() {
    for_each_step(kind::write,
                  [this](flow_place write) { writes_[looks(at(write))].push_back(write); });
    for_each_step(kind::read, [this](flow_place read) { find_write_of(read); });
    return std::move(found_);
  }

private:
  using connection = std::pair<std::size_t, std::string>; // node and address

  /// The first steps of all nodes, then the second ones, and so on: connections that begin early
  /// are found early.
  template <class Take>
  void for_each_step(kind what, const Take& take) const {
    std::size_t longest = 0;
    for (const auto& node : nodes_)
      longest = std::max(longest, node.steps.size());
    for (std::size_t step = 0; step < longest; ++step)
      for (std::size_t node = 0; node < nodes_.size(); ++node)
        if (step < nodes_[node].steps.size() && at({node, step}).what == what)
          take({node, step});
  }

  [[nodiscard]] const flow_step& at(flow_place place) const {
    return nodes_[place.first].steps[place.second];
  }
  [[nodiscard]] connection connection_of(flow_place place) const {
    return {place.first, at(place).from};
  }

  /// Less is better; nothing for a write that cannot be.
  std::optional<int> distance(flow_place write, flow_place read) const {
    if (write.first == read.first)
      return std::nullopt;
    const auto from = peers_.find(connection_of(write));
    const auto to = peers_.find(connection_of(read));
    if (from != peers_.end() && from->second == connection_of(read))
      return 0;
    return from == peers_.end() && to == peers_.end() ? 1 : 2;
  }

  void find_write_of(flow_place read) {
    const auto candidates = writes_.find(looks(at(read)));
    if (candidates == writes_.end())
      return;
    auto& left = candidates->second;
    auto best = left.end();
    std::optional<int> shortest;
    for (auto each = left.begin(); each != left.end(); ++each)
      if (const auto way = distance(*each, read); way && (!shortest || *way < *shortest)) {
        best = each;
        shortest = way;
      }
    if (best == left.end())
      return;
    peers_[connection_of(*best)] = connection_of(read);
    peers_[connection_of(read)] = connection_of(*best);
    found_.write_of_read[read] = *best;
    found_.read_of_write[*best] = read;
    left.erase(best);
  }

  using look = std::tuple<const std::vector<std::string>&, const std::vector<std::string>&,
                          const std::string&>;

  const std::vector<flow_node>& nodes_;
  std::map<look, std::vector<flow_place>> writes_;
  std::map<connection, connection> peers_;
  flow_matches found_;
};

} // namespace

flow_matches match_wires(const std::vector<flow_node>& nodes) {
  return matching{nodes}.run();
}

std::vector<flow_place> order_steps(const std::vector<flow_node>& nodes,
                                    const flow_matches& matches) {
  std::vector<std::size_t> next(nodes.size(), 0);
  std::vector<flow_place> ordered;
  std::set<flow_place> written;
  const auto has_more = [&](std::size_t node) { return next[node] < nodes[node].steps.size(); };
  const auto may_go = [&](std::size_t node) {
    const auto write = matches.write_of_read.find({node, next[node]});
    return has_more(node)
           && (write == matches.write_of_read.end() || written.contains(write->second));
  };
  std::size_t current = 0;
  for (;;) {
    if (!may_go(current)) { // on where a message has arrived, or something else can happen
      std::size_t other = 0;
      while (other < nodes.size() && !may_go(other))
        ++other;
      if (other == nodes.size()) // files that contradict each other, or all is done
        for (other = 0; other < nodes.size() && !has_more(other);)
          ++other;
      if (other == nodes.size())
        return ordered;
      current = other;
    }
    const flow_place place{current, next[current]++};
    ordered.push_back(place);
    const auto read = matches.read_of_write.find(place);
    if (read == matches.read_of_write.end())
      continue;
    written.insert(place);
    if (next[read->second.first] == read->second.second)
      current = read->second.first; // follow the message
  }
}

} // namespace hello_ockam
