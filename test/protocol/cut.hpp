#pragma once

#include "ockam/protocol/wire/datagram.hpp"

#include <algorithm>
#include <vector>

namespace ockam::test {

/// The datagrams of an encoded message.
inline std::vector<bytes> cut(bytes_view message, const fragmenter& how) {
  std::vector<bytes> datagrams;
  for (std::size_t i = 0; i < how.parts(); ++i) {
    auto& made = datagrams.emplace_back(how.datagram_size(i));
    auto* to = how.put_head(made.data(), i);
    std::ranges::copy(message.first(how.part_size(i)), to);
    message = message.subspan(how.part_size(i));
  }
  return datagrams;
}

} // namespace ockam::test
