// A UDP datagram: what is accepted lies inside the input, and is written again in canonical form.

#include "check.hpp"

#include "ockam/protocol/wire/datagram.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

using namespace ockam;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto received = shared_bytes{bytes_view{data, size}};
  const auto read = decode_datagram(received);
  if (!read) {
    require(read.error().code() && !read.error().detail().empty(), "an error says why");
    return 0;
  }
  require(size <= default_datagram_size, "the limit of a datagram holds");
  const auto part = read->part.view();
  if (part.empty())
    return 0;
  require(part.data() >= received.data() && part.data() + part.size() <= received.data() + size,
          "the part is not copied");
  const fragmenter cut{read->format(), read->number, part.size(), default_datagram_size + 100};
  require(cut.parts() == 1, "a part fits into the datagram of one that was a little larger");
  bytes written(cut.datagram_size(0));
  std::ranges::copy(part, cut.put_head(written.data(), 0));
  const auto again = decode_datagram(shared_bytes{written}, default_datagram_size + 100);
  require(again.has_value(), "what we write can be read");
  require(again->number == read->number && again->format() == read->format()
            && again->part == read->part,
          "what we write is what we had");
  return 0;
}
