#pragma once

#include "hex.hpp"

#include "ockam/protocol/bytes.hpp"

#include <fstream>
#include <initializer_list>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace ockam::test {

/// One entry of data/wire_vectors.json.
struct wire_vector {
  nlohmann::json json;

  [[nodiscard]] std::string text(const char* key) const { return json.at(key).get<std::string>(); }
  [[nodiscard]] bool has(const char* key) const { return json.contains(key); }
  [[nodiscard]] bool valid() const { return json.at("valid").get<bool>(); }
  [[nodiscard]] bool canonical() const { return json.value("canonical", false); }
  [[nodiscard]] bytes input() const { return from_hex(text("hex")); }
  [[nodiscard]] const nlohmann::json& decoded() const { return json.at("decoded"); }
};

inline void PrintTo(const wire_vector& vector, std::ostream* out) {
  *out << vector.text("name") << ": " << vector.text("description");
}

inline const std::vector<wire_vector>& all_wire_vectors() {
  static const auto all = [] {
    std::ifstream file{OCKAM_TEST_DATA_DIR "/wire_vectors.json"};
    std::vector<wire_vector> read;
    for (auto& entry : nlohmann::json::parse(file))
      read.push_back({std::move(entry)});
    return read;
  }();
  return all;
}

inline std::vector<wire_vector> wire_vectors(std::initializer_list<std::string_view> categories,
                                             bool valid) {
  std::vector<wire_vector> selected;
  for (const auto& vector : all_wire_vectors())
    for (const auto category : categories)
      if (vector.text("category") == category && vector.valid() == valid)
        selected.push_back(vector);
  return selected;
}

/// The vector's name as a test name.
inline std::string name_of(const testing::TestParamInfo<wire_vector>& info) {
  auto name = info.param.text("name");
  for (auto& c : name)
    if (c == '-')
      c = '_';
  return name;
}

} // namespace ockam::test
