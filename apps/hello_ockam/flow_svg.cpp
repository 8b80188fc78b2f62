#include "hello_ockam/flow_picture.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <vector>

namespace hello_ockam {

namespace {

// In pixels. Text is of one width, so that it can be measured without a font.
constexpr int font_size = 11;
constexpr double character = 6.7;
constexpr int margin = 16;
constexpr int head_height = 24;
constexpr int node_height = 22;
constexpr int row = 56;

std::string quoted(std::string_view text) {
  std::string safe;
  for (const char each : text) {
    if (each == '&')
      safe += "&amp;";
    else if (each == '<')
      safe += "&lt;";
    else if (each == '>')
      safe += "&gt;";
    else
      safe += each;
  }
  return safe;
}

int width_of(std::string_view text) {
  return static_cast<int>(static_cast<double>(text.size()) * character);
}

std::string number(std::string_view name, int value) {
  return " " + std::string{name} + "=\"" + std::to_string(value) + "\"";
}

class picture {
public:
  explicit picture(const flow_diagram& flow)
    : flow_{flow}, has_nodes_{std::ranges::any_of(flow.nodes, [](const auto& name) {
        return !name.empty();
      })} {
    place_lifelines();
  }

  std::string run() {
    const int right = edges_.back() + room_at_the_right();
    const int bottom = y(flow_.steps.size()) - row / 2 + (flow_.left_out > 0 ? row / 2 : 0);
    text_ = "<svg xmlns=\"http://www.w3.org/2000/svg\"" + number("width", right)
            + number("height", bottom) + " font-family=\"ui-monospace, Menlo, Consolas, monospace\""
            + number("font-size", font_size) + ">\n<title>Message flow</title>\n<rect"
            + number("width", right) + number("height", bottom) + " fill=\"white\"/>\n";
    draw_nodes(bottom);
    draw_lifelines(bottom);
    for (std::size_t i = 0; i < flow_.steps.size(); ++i)
      draw_step(flow_.steps[i], y(i));
    if (flow_.left_out > 0)
      label("and " + std::to_string(flow_.left_out) + " more steps", margin, bottom - margin,
            "start", grey);
    return text_ + "</svg>\n";
  }

private:
  using kind = flow_diagram::step::kind;

  static constexpr std::string_view black = "#1f2328";
  static constexpr std::string_view grey = "#57606a";
  static constexpr std::string_view blue = "#0969da";
  static constexpr std::string_view red = "#cf222e";

  static std::string onward(const flow_diagram::step& step) {
    return "onward_route: [" + step.onward_route + "]";
  }
  static std::string back(const flow_diagram::step& step) {
    return "return_route: [" + step.return_route + "]";
  }
  static int width_of_label(const flow_diagram::step& step) {
    return std::max(width_of(onward(step)), width_of(back(step)));
  }

  // -- places -------------------------------------------------------------------------------------

  /// What is written above an arrow fits between its ends, and a name between its neighbours.
  void place_lifelines() {
    const auto& all = flow_.lifelines;
    std::vector<int> gaps; // from each lifeline to the next
    for (std::size_t i = 0; i + 1 < all.size(); ++i)
      gaps.push_back(std::max(80, (width_of(all[i].name) + width_of(all[i + 1].name)) / 2 + 40));
    for (std::size_t hops = 1; hops <= gaps.size(); ++hops) // short arrows first
      for (const auto& step : flow_.steps) {
        const auto [left, right] = std::minmax(step.from, step.to);
        if (right - left != hops)
          continue;
        const auto first = gaps.begin() + static_cast<std::ptrdiff_t>(left);
        const auto end = first + static_cast<std::ptrdiff_t>(hops);
        *first += std::max(0, width_of_label(step) + 28 - std::accumulate(first, end, 0));
      }
    const int outside = all.empty() ? margin
                                    : margin + std::max(40, width_of(all[0].name) / 2 + 16);
    int x = outside;
    edges_.push_back(margin / 2);
    for (std::size_t i = 0; i < all.size(); ++i) {
      x_.push_back(x);
      if (i < gaps.size()) {
        edges_.push_back(x + gaps[i] / 2);
        x += gaps[i];
      }
    }
    edges_.push_back(x + std::max(40, width_of(all.empty() ? "" : all.back().name) / 2 + 16)
                     + margin / 2);
  }

  /// What is written beside the lifeline it belongs to.
  [[nodiscard]] int room_at_the_right() const {
    int end = edges_.back();
    for (const auto& step : flow_.steps)
      if (step.from == step.to)
        end = std::max(end, x_[step.from] + 30 + width_of_label(step));
    return end - edges_.back() + margin / 2;
  }

  [[nodiscard]] int heads() const { return margin + (has_nodes_ ? node_height : 0); }
  [[nodiscard]] int y(std::size_t step) const {
    return heads() + head_height + row - 12 + static_cast<int>(step) * row;
  }

  // -- strokes ------------------------------------------------------------------------------------

  void draw_nodes(int bottom) {
    for (std::size_t node = 0; node < flow_.nodes.size(); ++node) {
      const auto is_here = [&](const auto& each) { return each.node == node; };
      const auto first = std::ranges::find_if(flow_.lifelines, is_here) - flow_.lifelines.begin();
      const auto count = std::ranges::count_if(flow_.lifelines, is_here);
      if (flow_.nodes[node].empty() || count == 0)
        continue;
      const int left = edges_[static_cast<std::size_t>(first)] + 3;
      const int right = edges_[static_cast<std::size_t>(first + count)] - 3;
      box(left, margin / 2, right - left, bottom - margin, "#f6f8fa", "#d0d7de");
      label(flow_.nodes[node], left + 9, margin / 2 + 16, "start", grey);
    }
  }

  void draw_lifelines(int bottom) {
    for (std::size_t i = 0; i < flow_.lifelines.size(); ++i) {
      const auto& name = flow_.lifelines[i].name;
      const int half = width_of(name) / 2 + 8;
      text_ += "<line" + number("x1", x_[i]) + number("y1", heads()) + number("x2", x_[i])
               + number("y2", bottom - margin) + " stroke=\"#8c959f\" stroke-dasharray=\"3 3\"/>\n";
      box(x_[i] - half, heads(), 2 * half, head_height, "#ddf4ff", "#54aeff");
      label(name, x_[i], heads() + 16, "middle", black);
    }
  }

  void draw_step(const flow_diagram::step& step, int at) {
    const int from = x_[step.from];
    const int to = x_[step.to];
    if (step.what == kind::drop)
      return draw_drop(step, from + 6, at);
    if (step.from == step.to)
      return draw_loop(step, from, at);
    const int middle = (from + to) / 2;
    label(onward(step), middle, at - 18, "middle", black);
    label(back(step), middle, at - 5, "middle", grey);
    const auto colour = step.what == kind::wire ? blue : black;
    text_ += "<line" + number("x1", from) + number("y1", at) + number("x2", to) + number("y2", at)
             + " stroke=\"" + std::string{colour} + "\" stroke-width=\""
             + (step.what == kind::wire ? "2" : "1") + "\"/>\n";
    tip(to, at, from < to ? -1 : 1, colour);
  }

  void draw_drop(const flow_diagram::step& step, int left, int at) {
    label("dropped: " + step.reason, left, at - 26, "start", red);
    label(onward(step), left, at - 13, "start", black);
    label(back(step), left, at, "start", grey);
  }

  void draw_loop(const flow_diagram::step& step, int from, int at) {
    text_ += "<path d=\"M" + std::to_string(from) + "," + std::to_string(at - 24)
             + " h24 v20 h-24\" fill=\"none\" stroke=\"" + std::string{black} + "\"/>\n";
    tip(from, at - 4, 1, black);
    label(onward(step), from + 30, at - 13, "start", black);
    label(back(step), from + 30, at, "start", grey);
  }

  /// The head of an arrow; `back` is the direction it comes from, -1 or 1.
  void tip(int x, int y, int back, std::string_view colour) {
    text_ += "<path d=\"M" + std::to_string(x) + "," + std::to_string(y) + " l"
             + std::to_string(9 * back) + ",-4 v8 z\" fill=\"" + std::string{colour} + "\"/>\n";
  }

  void box(int x, int y, int width, int height, std::string_view fill, std::string_view stroke) {
    text_ += "<rect" + number("x", x) + number("y", y) + number("width", width)
             + number("height", height) + " rx=\"5\" fill=\"" + std::string{fill} + "\" stroke=\""
             + std::string{stroke} + "\"/>\n";
  }

  void label(std::string_view text, int left, int base, std::string_view anchor,
             std::string_view colour) {
    text_ += "<text" + number("x", left) + number("y", base) + " text-anchor=\""
             + std::string{anchor} + "\" fill=\"" + std::string{colour}
             + "\" stroke=\"white\" stroke-width=\"3\" paint-order=\"stroke\">" + quoted(text)
             + "</text>\n";
  }

  const flow_diagram& flow_;
  const bool has_nodes_;
  std::vector<int> x_;     // of the lifelines
  std::vector<int> edges_; // left of each lifeline, and right of the last
  std::string text_;
};

} // namespace

std::string to_svg(const flow_diagram& flow) {
  return picture{flow}.run();
}

} // namespace hello_ockam
