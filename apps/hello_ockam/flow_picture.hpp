#pragma once

#include "hello_ockam/flow_diagram.hpp"

#include <string>

namespace hello_ockam {

/// A sequence diagram as text for Mermaid.
std::string to_mermaid(const flow_diagram& flow);

/// A sequence diagram as an SVG document that refers to nothing else.
std::string to_svg(const flow_diagram& flow);

} // namespace hello_ockam
