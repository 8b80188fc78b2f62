#pragma once

#include "hello_ockam/flow_step.hpp"

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

namespace hello_ockam {

/// A step by its place: index of the node, index of the step in it.
using flow_place = std::pair<std::size_t, std::size_t>;

/// Which read belongs to which write, and the other way round.
struct flow_matches {
  std::map<flow_place, flow_place> write_of_read;
  std::map<flow_place, flow_place> read_of_write;
};
flow_matches match_wires(const std::vector<flow_node>& nodes);

/// All steps, each read after its write.
std::vector<flow_place> order_steps(const std::vector<flow_node>& nodes,
                                    const flow_matches& matches);

} // namespace hello_ockam
