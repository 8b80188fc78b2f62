// The text of an address: what parses prints to text that parses to the same address.

#include "check.hpp"

#include "ockam/protocol/address.hpp"
#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

using namespace ockam;
using fuzz::require;

namespace {

void check_text(std::string_view text) {
  const auto parsed = address::parse(text);
  const auto separators = std::count(text.begin(), text.end(), '#');
  require(separators <= 1 || parsed.error() == errc::multiple_separators, "one # at most");
  require(separators != 0 || (parsed && parsed->is_local() && parsed->value() == text),
          "text without # is a local address");
  if (!parsed)
    return;
  if (is_utf8(parsed->value())) {
    require(address::parse(to_string(*parsed)) == *parsed, "printed text parses back");
    require(parsed->text().has_value(), "UTF-8 is text");
  } else {
    require(parsed->text().error() == errc::invalid_utf8, "other bytes are not");
  }
}

void check_bytes(std::uint8_t type, std::string_view value) {
  const address original{type, value};
  address copy{original};
  const auto moved = std::move(copy);
  require(moved == original && moved.value() == value && moved.type() == type, "copies are equal");
  if (value.size() > decode_limits{}.max_address_size)
    return;
  const auto decoded = decode_message(shared_bytes::adopt(encode_message(message{original, {}})));
  require(decoded && decoded->onward_route().next() == original, "any bytes survive the wire");
}

void check_escaped(std::string_view text) {
  const auto safe = escaped(text, text.size());
  require(is_utf8(safe), "escaped text is UTF-8");
  require(std::none_of(safe.begin(), safe.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }),
          "escaped text has no control characters");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  check_text(text);
  check_escaped(text);
  if (size > 0)
    check_bytes(data[0], text.substr(1));
  return 0;
}
