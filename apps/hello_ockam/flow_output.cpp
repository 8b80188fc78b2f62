#include "hello_ockam/flow_output.hpp"

#include "hello_ockam/flow_file.hpp"
#include "hello_ockam/flow_observer.hpp"
#include "hello_ockam/flow_picture.hpp"
#include "hello_ockam/flow_printer.hpp"

#include <array>
#include <iostream>

namespace hello_ockam {

namespace {

constexpr std::array forms{"", "text", "mermaid", "svg"};

} // namespace

std::optional<flow_form> flow_form_of(const std::string& name) {
  for (std::size_t i = 0; i < forms.size(); ++i)
    if (name == forms[i])
      return static_cast<flow_form>(i);
  return std::nullopt;
}

struct flow_output::parts {
  flow_form form = flow_form::none;
  std::optional<flow_file> file;
  flow_printer printer{std::cout};
  flow_node node;                          // what will be drawn
  std::streambuf* stdout_buffer = nullptr; // while stdout is kept for a picture

  void take(const flow_step& step) {
    if (file)
      file->write(step);
    if (form == flow_form::text)
      printer.print(step);
    else if (form != flow_form::none && node.steps.size() < max_drawn_steps)
      node.steps.push_back(step);
    else
      ++node.left_out;
  }
};

flow_output::flow_output(flow_form form, const std::string& file)
  : parts_{std::make_shared<parts>()} {
  parts_->form = form;
  if (!file.empty())
    parts_->file.emplace(file);
  if (form == flow_form::mermaid || form == flow_form::svg)
    parts_->stdout_buffer = std::cout.rdbuf(std::cerr.rdbuf());
}

flow_output::~flow_output() {
  if (parts_->stdout_buffer != nullptr)
    std::cout.rdbuf(parts_->stdout_buffer);
}

std::shared_ptr<ockam::message_observer> flow_output::observer() const {
  if (parts_->form == flow_form::none && !parts_->file)
    return nullptr;
  return std::make_shared<flow_observer>(
    [parts = parts_](const flow_step& step) { parts->take(step); });
}

void flow_output::finish() {
  if (parts_->stdout_buffer == nullptr)
    return;
  std::cout << std::flush;
  std::cout.rdbuf(std::exchange(parts_->stdout_buffer, nullptr));
  const auto flow = draw({parts_->node});
  std::cout << (parts_->form == flow_form::svg ? to_svg(flow) : to_mermaid(flow)) << std::flush;
}

} // namespace hello_ockam
