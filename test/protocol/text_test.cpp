#include "ockam/protocol/text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace ockam {
namespace {

using namespace std::string_literals;

TEST(Text, AcceptsUtf8) {
  for (const auto& text :
       {""s, "a"s, "\0"s, "\x7f"s, "\xc2\x80"s, "\xdf\xbf"s, "\xe0\xa0\x80"s, "\xed\x9f\xbf"s,
        "\xee\x80\x80"s, "\xef\xbf\xbf"s, "\xf0\x90\x80\x80"s, "\xf4\x8f\xbf\xbf"s})
    EXPECT_TRUE(is_utf8(text)) << escaped(text);
}

TEST(Text, RefusesTextThatIsNotUtf8) {
  for (const auto& text :
       {"\x80"s, "\xbf"s, "\xc0\x80"s, "\xc1\xbf"s, "\xc2"s, "\xc2\x7f"s, "\xe0\x9f\xbf"s,
        "\xe0\xa0"s, "\xed\xa0\x80"s, "\xed\xbf\xbf"s, "\xf0\x8f\xbf\xbf"s, "\xf0\x90\x80"s,
        "\xf4\x90\x80\x80"s, "\xf5\x80\x80\x80"s, "\xff"s, "\xfe"s, "\xe2\x28\xa1"s})
    EXPECT_FALSE(is_utf8(text)) << escaped(text);
}

TEST(Text, DetectsABadByteAtEveryPosition) {
  for (std::size_t size = 1; size < 40; ++size)
    for (std::size_t bad = 0; bad < size; ++bad) {
      std::string text(size, 'a');
      EXPECT_TRUE(is_utf8(text));
      text[bad] = '\x80';
      EXPECT_FALSE(is_utf8(text)) << bad << " of " << size;
      if (bad + 1 < size) {
        text[bad] = '\xc3';
        text[bad + 1] = '\xa9';
        EXPECT_TRUE(is_utf8(text)) << bad << " of " << size;
      }
    }
}

TEST(Text, EscapesControlCharactersAndBytesThatAreNotText) {
  EXPECT_EQ(escaped("plain"), "plain");
  EXPECT_EQ(escaped("a\nb\x1b[31m\x7f"), "a\\x0ab\\x1b[31m\\x7f");
  EXPECT_EQ(escaped("\xc2\x85"), "\\xc2\\x85") << "a C1 control";
  EXPECT_EQ(escaped("\xff"), "\\xff");
  EXPECT_EQ(escaped("h\xc3\xa9llo"), "h\xc3\xa9llo");
}

TEST(Text, CutsLongText) {
  EXPECT_EQ(escaped("abcdef", 3), "abc...");
  EXPECT_EQ(escaped("abc", 3), "abc");
  EXPECT_EQ(escaped("a\xc3\xa9", 2), "a\\xc3...") << "cut inside a character";
}

} // namespace
} // namespace ockam
