#include "hello_ockam/flow_diagram.hpp"

#include "hello_ockam/flow_order.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

namespace hello_ockam {

namespace {

using kind = flow_step::kind;

class drawing {
public:
  explicit drawing(const std::vector<flow_node>& nodes)
    : nodes_{nodes}, matches_{match_wires(nodes)}, entrances_(nodes.size()), seen_(nodes.size()) {
    for (std::size_t node = 0; node < nodes.size(); ++node) {
      done_.nodes.push_back(nodes[node].name);
      done_.left_out += nodes[node].left_out;
      for (const auto& step : nodes[node].steps)
        if (step.what == kind::write || step.what == kind::read)
          connections_.insert(step.from);
    }
    done_.nodes.emplace_back(); // for unrecorded peers
  }

  flow_diagram run() {
    for (const auto& place : order_steps(nodes_, matches_)) {
      if (done_.steps.size() == max_drawn_steps)
        ++done_.left_out;
      else
        add(place);
    }
    put_nodes_together();
    return std::move(done_);
  }

private:
  void add(flow_place place) {
    const auto node = place.first;
    const auto& step = nodes_[node].steps[place.second];
    switch (step.what) {
      case kind::delivery: {
        const auto from = lifeline(node, origin_of(node, step));
        seen_[node].insert(step.to);
        return arrow(flow_diagram::step::kind::local, from, lifeline(node, step.to), step);
      }
      case kind::write: // drawn when it is read, if it is
        if (!matches_.read_of_write.contains(place))
          arrow(flow_diagram::step::kind::wire, lifeline(node, step.from), peer(step.to), step);
        return;
      case kind::read: {
        entrances_[node].insert(step.from);
        const auto write = matches_.write_of_read.find(place);
        const auto from = write == matches_.write_of_read.end()
                            ? peer(step.to)
                            : lifeline(write->second.first, step_at(write->second).from);
        return arrow(flow_diagram::step::kind::wire, from, lifeline(node, step.from), step);
      }
      case kind::drop: {
        const auto where = lifeline(node, step.return_route.empty() ? "" : step.return_route[0]);
        arrow(flow_diagram::step::kind::drop, where, where, step);
        done_.steps.back().reason = step.to;
        return;
      }
    }
  }

  [[nodiscard]] const flow_step& step_at(flow_place place) const {
    return nodes_[place.first].steps[place.second];
  }

  /// What comes in is sent from the other address of its connection: one lifeline is enough.
  [[nodiscard]] std::string origin_of(std::size_t node, const flow_step& step) const {
    const bool known = !is_random_address(step.from) || seen_[node].contains(step.from);
    if (known || step.return_route.empty() || !entrances_[node].contains(step.return_route[0]))
      return step.from;
    return step.return_route[0];
  }

  void arrow(flow_diagram::step::kind what, std::size_t from, std::size_t to,
             const flow_step& step) {
    done_.steps.push_back({.what = what,
                           .from = from,
                           .to = to,
                           .onward_route = names_of(step.onward_route),
                           .return_route = names_of(step.return_route),
                           .reason = {}});
  }

  std::size_t lifeline(std::size_t node, const std::string& address) {
    const auto [found, is_new] = lifelines_.try_emplace({node, address}, done_.lifelines.size());
    if (is_new)
      done_.lifelines.push_back({name_of(address), node});
    return found->second;
  }

  /// A party whose steps are not recorded.
  std::size_t peer(const std::string& text) {
    const auto [found, is_new] = lifelines_.try_emplace({nodes_.size(), text},
                                                        done_.lifelines.size());
    if (is_new)
      done_.lifelines.push_back({text, nodes_.size()});
    return found->second;
  }

  /// Local names as the tutorial draws them, connections c1, c2, other random addresses r1, r2.
  std::string name_of(const std::string& address) {
    if (address.size() <= 2)
      return "unknown";
    if (!is_random_address(address))
      return address.starts_with("0#") ? address.substr(2) : address;
    auto& name = random_[address];
    if (name.empty())
      name = connections_.contains(address) ? "c" + std::to_string(++connection_count_)
                                            : "r" + std::to_string(++random_count_);
    return name;
  }

  std::string names_of(const std::vector<std::string>& hops) {
    std::string names;
    for (const auto& hop : hops)
      names += (names.empty() ? "" : " => ") + name_of(hop);
    return names;
  }

  void put_nodes_together() {
    auto& lifelines = done_.lifelines;
    std::vector<std::size_t> order(lifelines.size());
    std::iota(order.begin(), order.end(), 0u);
    std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair{lifelines[i].node, i}; });
    std::vector<std::size_t> place(order.size());
    std::vector<flow_diagram::lifeline> sorted;
    for (std::size_t i = 0; i < order.size(); ++i) {
      place[order[i]] = i;
      sorted.push_back(lifelines[order[i]]);
    }
    lifelines = std::move(sorted);
    for (auto& step : done_.steps) {
      step.from = place[step.from];
      step.to = place[step.to];
    }
  }

  const std::vector<flow_node>& nodes_;
  const flow_matches matches_;
  flow_diagram done_;
  std::set<std::string> connections_;            // sender addresses, of all nodes
  std::vector<std::set<std::string>> entrances_; // those that something came in through
  std::vector<std::set<std::string>> seen_;      // addresses that something was sent to
  std::map<std::pair<std::size_t, std::string>, std::size_t> lifelines_;
  std::map<std::string, std::string> random_;
  int connection_count_ = 0;
  int random_count_ = 0;
};

} // namespace

flow_diagram draw(const std::vector<flow_node>& nodes) {
  return drawing{nodes}.run();
}

} // namespace hello_ockam
