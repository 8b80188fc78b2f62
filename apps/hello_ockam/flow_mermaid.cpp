#include "hello_ockam/flow_picture.hpp"

namespace hello_ockam {

namespace {

/// What Mermaid would take for the end of a line or of a name.
std::string quoted(const std::string& text) {
  std::string safe;
  for (const char each : text) {
    if (each == '#')
      safe += "#35;";
    else if (each == ';')
      safe += "#59;";
    else if (each == ':')
      safe += "#58;";
    else if (each == '<')
      safe += "#lt;";
    else
      safe += each;
  }
  return safe;
}

std::string id_of(std::size_t lifeline) {
  return "p" + std::to_string(lifeline + 1);
}

std::string participants(const flow_diagram& flow, std::size_t node) {
  std::string lines;
  for (std::size_t i = 0; i < flow.lifelines.size(); ++i)
    if (flow.lifelines[i].node == node)
      lines += "  participant " + id_of(i) + " as " + quoted(flow.lifelines[i].name) + "\n";
  if (lines.empty() || flow.nodes[node].empty())
    return lines;
  return "  box " + quoted(flow.nodes[node]) + "\n" + lines + "  end\n";
}

std::string line_of(const flow_diagram::step& step) {
  const auto routes = "onward_route: [" + quoted(step.onward_route) + "]<br/>return_route: ["
                      + quoted(step.return_route) + "]";
  if (step.what == flow_diagram::step::kind::drop)
    return "  Note over " + id_of(step.from) + ": dropped, " + quoted(step.reason) + "<br/>"
           + routes + "\n";
  const auto* arrow = step.what == flow_diagram::step::kind::wire ? "-)" : "->>";
  return "  " + id_of(step.from) + arrow + id_of(step.to) + ": " + routes + "\n";
}

} // namespace

std::string to_mermaid(const flow_diagram& flow) {
  std::string text = "sequenceDiagram\n";
  for (std::size_t node = 0; node < flow.nodes.size(); ++node)
    text += participants(flow, node);
  for (const auto& step : flow.steps)
    text += line_of(step);
  if (flow.left_out > 0)
    text += "  %% and " + std::to_string(flow.left_out) + " more steps\n";
  return text;
}

} // namespace hello_ockam
