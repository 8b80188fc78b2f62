#pragma once

#include "ockam/protocol/multiaddr.hpp"

#include <string>
#include <string_view>

// One piece of a MultiAddr in text, `/tcp/4000`, and in binary.

namespace ockam::internal {

using piece = multiaddr::piece;

[[nodiscard]] std::string_view name_of(multiaddr::protocol kind) noexcept;

/// The value in the form of a piece of that kind. - errc::invalid_value, errc::invalid_utf8
result<std::string> checked_value(multiaddr::protocol kind, std::string_view value);

/// Takes the first piece and leaves the rest unchecked.
result<piece> take_piece(std::string_view& text);
result<piece> take_piece(bytes_view& binary);

void put_piece(std::string& to, const piece& part);
void put_piece(bytes& to, const piece& part);

} // namespace ockam::internal
