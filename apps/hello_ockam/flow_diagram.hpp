#pragma once

#include "hello_ockam/flow_step.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace hello_ockam {

/// A message flow as it is drawn: lifelines from left to right, steps from top to bottom.
struct flow_diagram {
  struct lifeline {
    std::string name;
    std::size_t node; ///< index into `nodes`
  };
  struct step {
    enum class kind : std::uint8_t { local, wire, drop };
    kind what = kind::local;
    std::size_t from = 0; ///< index into `lifelines`
    std::size_t to = 0;   ///< the same as `from` for a drop
    std::string onward_route;
    std::string return_route;
    std::string reason; ///< of a drop
  };

  std::vector<std::string> nodes;  ///< one without a name is not framed
  std::vector<lifeline> lifelines; ///< those of one node stand together
  std::vector<step> steps;
  std::size_t left_out = 0; ///< steps beyond `max_drawn_steps`
};

/// Puts the steps of several nodes into one order and joins what one wrote with what another read.
///
/// A write and a read belong together when both routes and the content are equal, the k-th one with
/// the k-th one; where that leaves a choice, connections that already belong together do. A read
/// comes after its write; apart from that the order within each node is kept.
flow_diagram draw(const std::vector<flow_node>& nodes);

} // namespace hello_ockam
