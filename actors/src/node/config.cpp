#include "ockam/actors/config.hpp"

#include "option_names.hpp"

#include "ockam/actors/detail/config_options.hpp"
#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>
#include <vector>

namespace ockam {

namespace internal {

namespace {

/// How many letters have to be put in, taken out or changed to make one of the other.
std::size_t distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < one.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < other.size(); ++j) {
      const auto changed = diagonal + (one[i] == other[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string_view nearest_name(std::string_view to) {
  return *std::ranges::min_element(option_names, {},
                                   [&](std::string_view name) { return distance(to, name); });
}

std::string_view kind_of(const caf::config_value& value) {
  using caf::get_if;
  using stored = caf::config_value;
  return get_if<stored::boolean>(&value)      ? "a truth value"
         : get_if<stored::integer>(&value)    ? "a whole number"
         : get_if<stored::real>(&value)       ? "a number with a fraction"
         : get_if<caf::timespan>(&value)      ? "a duration"
         : get_if<stored::string>(&value)     ? "a text"
         : get_if<stored::list>(&value)       ? "a list"
         : get_if<stored::dictionary>(&value) ? "a group"
                                              : "something else";
}

/// As it is written in a file; CAF writes a negative duration as none.
std::string text_of(const caf::config_value& value) {
  if (const auto span = caf::get_if<caf::timespan>(&value); span && *span < caf::timespan{0})
    return '-' + to_string(caf::config_value{-*span});
  return escaped(to_string(value));
}

/// The group `ockam`, or nullptr where there is none.
const caf::settings* group_in(const caf::settings& all) {
  const auto found = all.find("ockam");
  return found != all.end() ? caf::get_if<caf::settings>(&found->second) : nullptr;
}

[[noreturn]] void refuse_option(const std::string& what, const std::string& file) {
  const auto where = file.empty() ? "the configuration" : escaped(file) + " or the command line";
  throw failure{error{errc::invalid_value, what + "; see " + where}};
}

} // namespace

option_reader::option_reader(const caf::actor_system_config& config)
  : file_{compat::config_file(config)} {
  if (!file_.empty())
    if (auto in_file = compat::values_in_file(file_); const auto* group = group_in(in_file))
      left_out_ = *group;
  const auto& all = content(config);
  const auto found = all.find("ockam");
  if (found == all.end())
    return;
  group_ = caf::get_if<caf::config_value::dictionary>(&found->second);
  if (group_ == nullptr)
    refuse_option("ockam is " + text_of(found->second)
                    + "; it is a group, such as ockam { connect-timeout = 2s }",
                  file_);
  for (const auto& [name, value] : *group_)
    if (std::ranges::find(option_names, std::string_view{name}) == option_names.end())
      refuse_option("ockam." + escaped(name) + " is no option; the nearest one is ockam."
                      + std::string{nearest_name(name)},
                    file_);
}

const caf::config_value* option_reader::find(const char* name) const {
  for (const auto* each : {group_, &left_out_})
    if (each != nullptr)
      if (const auto found = each->find(std::string{name}); found != each->end())
        return &found->second;
  return nullptr;
}

void option_reader::refuse(const char* name, const caf::config_value& found,
                           const std::string& taken) const {
  refuse_option(std::string{"ockam."} + name + " is " + text_of(found) + ", "
                  + std::string{kind_of(found)} + "; it takes " + taken,
                file_);
}

} // namespace internal

node_options node_options_from(const caf::actor_system_config& config) {
  node_options options;
  internal::visit_options(options, internal::option_reader{config});
  return options;
}

} // namespace ockam
