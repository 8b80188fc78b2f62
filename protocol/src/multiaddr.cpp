#include "multiaddr_piece.hpp"

#include <utility>
#include <vector>

namespace ockam {

multiaddr::multiaddr(std::string_view text) : multiaddr{value_or_throw(parse(text))} {}

result<multiaddr> multiaddr::parse(std::string_view text) {
  if (text == "self")
    text = "/secure/api";
  std::vector<piece> pieces;
  while (!text.empty()) {
    auto taken = internal::take_piece(text);
    if (!taken)
      return fail(std::move(taken.error()));
    pieces.push_back(std::move(*taken));
  }
  return multiaddr{std::move(pieces)};
}

result<multiaddr> multiaddr::decode(bytes_view binary) {
  std::vector<piece> pieces;
  while (!binary.empty()) {
    auto taken = internal::take_piece(binary);
    if (!taken)
      return fail(std::move(taken.error()));
    pieces.push_back(std::move(*taken));
  }
  return multiaddr{std::move(pieces)};
}

bytes multiaddr::encode() const {
  bytes binary;
  for (const auto& part : pieces_)
    internal::put_piece(binary, part);
  return binary;
}

std::string_view to_string(multiaddr::protocol kind) noexcept {
  return internal::name_of(kind);
}

std::string to_string(const multiaddr& value) {
  std::string text;
  for (const auto& part : value.pieces())
    internal::put_piece(text, part);
  return text;
}

} // namespace ockam
