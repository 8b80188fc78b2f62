// The hex dumps of docs/wire_format.md are those of the vectors they name.

#include "hex.hpp"
#include "wire_vectors.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <string>

#include <gtest/gtest.h>

namespace ockam {
namespace {

/// The dumps of the page: vector name to hex, which ends at two blanks in each line.
std::map<std::string, std::string> dumps_of_the_page() {
  constexpr std::string_view marker = "; vector ";
  std::ifstream page{OCKAM_TEST_DATA_DIR "/../../docs/wire_format.md"};
  std::map<std::string, std::string> dumps;
  std::string name;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with(marker))
      name = line.substr(marker.size());
    else if (line.starts_with("```"))
      name.clear();
    else if (!name.empty())
      dumps[name] += line.substr(0, line.find("  "));
  }
  return dumps;
}

TEST(WireFormatPage, DumpsAreThoseOfTheVectors) {
  const auto dumps = dumps_of_the_page();
  EXPECT_GE(dumps.size(), 10u) << "is the page where it was?";
  const auto& all = test::all_wire_vectors();
  for (const auto& dump : dumps) {
    const auto named = [&dump](const auto& vector) { return vector.text("name") == dump.first; };
    const auto vector = std::ranges::find_if(all, named);
    ASSERT_NE(vector, all.end()) << dump.first;
    EXPECT_EQ(test::to_hex(test::from_hex(dump.second)), test::to_hex(vector->input()))
      << dump.first;
  }
}

} // namespace
} // namespace ockam
