// A TCP byte stream: any split yields the same frames, the ones that a plain parser finds.
//
// Input: chunk size, limit, seed of the pieces (a byte each), then the stream.

#include "check.hpp"

#include "ockam/protocol/frame.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace ockam;
using fuzz::require;

namespace {

struct outcome {
  std::vector<bytes> bodies;
  std::string problem;
  bool at_boundary = false;
  bool operator==(const outcome&) const = default;
};

/// What the stream means, read in one go.
outcome expected_of(bytes_view stream, std::size_t max_frame_size) {
  outcome seen;
  if (stream.empty())
    return seen;
  if (stream.front() != tcp_protocol_version) {
    seen.problem = "unsupported_protocol_version";
    return seen;
  }
  stream = stream.subspan(1);
  while (stream.size() >= frame_header_size) {
    std::size_t length = 0;
    for (const auto byte : stream.first(frame_header_size))
      length = length << 8 | byte;
    if (length > max_frame_size) {
      seen.problem = "frame_too_large";
      return seen;
    }
    if (length > stream.size() - frame_header_size)
      return seen;
    const auto body = stream.subspan(frame_header_size, length);
    seen.bodies.emplace_back(body.begin(), body.end());
    stream = stream.subspan(frame_header_size + length);
  }
  seen.at_boundary = stream.empty();
  return seen;
}

outcome run(frame_decoder decoder, bytes_view stream, std::uint32_t seed) {
  outcome seen;
  std::vector<shared_bytes> kept;
  while (!stream.empty() && seen.problem.empty()) {
    seed = seed * 1664525 + 1013904223;
    const auto wish = seed == 0 ? stream.size() : 1 + (seed >> 16) % 97;
    const auto taken = decoder.feed(stream.first(std::min(wish, stream.size())));
    require(taken > 0, "a decoder that is drained takes bytes");
    stream = stream.subspan(taken);
    for (;;) {
      auto body = decoder.next();
      if (!body) {
        seen.problem = body.error().code().message();
        require(decoder.prepare().empty(), "nothing is read after a failure");
        break;
      }
      if (!*body)
        break;
      kept.push_back(**body);
    }
    if (seed % 7 == 0)
      decoder.release_chunk();
  }
  // only now: memory of a body that is still referred to must not have been written again
  for (const auto& body : kept)
    seen.bodies.emplace_back(body.view().begin(), body.view().end());
  seen.at_boundary = seen.problem.empty() && decoder.at_boundary();
  return seen;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3)
    return 0;
  const std::size_t chunk_size = 16 + data[0];
  const std::size_t limit = std::size_t{data[1]} * 8;
  const std::uint32_t seed = data[2];
  const bytes_view stream{data + 3, size - 3};
  const auto new_decoder = [&] {
    return frame_decoder{make_ref<chunk_pool>(chunk_size, 1u << 20), limit};
  };
  const auto expected = expected_of(stream, limit);
  require(run(new_decoder(), stream, seed) == expected, "frames are those of the stream");
  require(run(new_decoder(), stream, seed + 77) == expected, "other pieces, same frames");
  return 0;
}
