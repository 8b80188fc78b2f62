#include "world.hpp"

namespace ockam::simulation {

namespace {

enum class topology : std::uint8_t { line, ring, star, mesh };

std::string_view name_of(topology what) {
  switch (what) {
    case topology::line:
      return "line";
    case topology::ring:
      return "ring";
    case topology::star:
      return "star";
    case topology::mesh:
      return "full mesh";
  }
  return "";
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> edges_of(topology what, std::uint32_t nodes) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
  for (std::uint32_t i = 1; i < nodes; ++i)
    if (what == topology::mesh)
      for (std::uint32_t j = 0; j < i; ++j)
        edges.emplace_back(i, j);
    else
      edges.emplace_back(i, what == topology::star ? 0 : i - 1);
  if (what == topology::ring && nodes > 2)
    edges.emplace_back(0, nodes - 1);
  return edges;
}

} // namespace

settings::settings(dice& random) {
  const auto shape
    = random.any_of({topology::line, topology::ring, topology::star, topology::mesh});
  topology = name_of(shape);
  nodes = static_cast<std::uint32_t>(random.between(2, 6));
  edges = edges_of(shape, nodes);
  for (auto& [from, to] : edges)
    if (random.percent(50))
      std::swap(from, to);
  faults = random.percent(70);
  workers_run_on_io = random.percent(70);
  actions = random.between(10, 80);
  wire_capacity = random.any_of<std::size_t>({20, 300, 5'000, 100'000});
  longest_step = random.any_of<std::size_t>({wire_capacity / 10 + 1, wire_capacity});
  largest_body = wire_capacity < 5'000 ? 100 : random.any_of<std::size_t>({100, 6'000});
  if (random.percent(50)) { // hardly any room
    limits.max_unhandled_messages = random.any_of<std::size_t>({1, 2, 5});
    limits.max_unhandled_bytes = random.any_of<std::size_t>({1, 100, 5'000});
    limits.max_pending_bytes = random.any_of<std::size_t>({1, 200, 3'000});
  }
  if (random.percent(50))
    limits.max_frame_size = 6'000;
  limits.handshake_timeout = limits.frame_timeout
    = {}; // the far end of a wire may be any time late
  limits.write_timeout = std::chrono::hours{24};
}

std::string to_string(const settings& of) {
  return of.topology + " of " + std::to_string(of.nodes) + " nodes, "
         + (of.faults ? "with faults" : "without faults") + ", credit "
         + std::to_string(of.limits.max_unhandled_messages) + " messages or "
         + std::to_string(of.limits.max_unhandled_bytes) + " bytes, pending at most "
         + std::to_string(of.limits.max_pending_bytes) + " bytes, wires of "
         + std::to_string(of.wire_capacity) + " bytes";
}

} // namespace ockam::simulation
