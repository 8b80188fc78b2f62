// A byte stream of any framing: any split yields the same bodies, the ones that a plain parser
// finds.
//
// Input: chunk size, limit, seed of the pieces (a byte each), then the stream. The seed also
// selects the framing; without lengths, a body ends where the plain parser of a stream with 2 bytes
// of length says.

#include "check.hpp"

#include "ockam/protocol/wire/frame.hpp"

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

/// The expected bodies of the stream, parsed at once.
outcome expected_of(bytes_view stream, std::size_t max_frame_size, const stream_framing& how) {
  outcome seen;
  if (how.version_byte) {
    if (stream.empty())
      return seen;
    if (stream.front() != tcp_protocol_version) {
      seen.problem = "unsupported_protocol_version";
      return seen;
    }
    stream = stream.subspan(1);
  }
  while (stream.size() >= how.length_size) {
    std::size_t length = 0;
    for (const auto byte : stream.first(how.length_size))
      length = length << 8 | byte;
    if (length > max_frame_size) {
      seen.problem = "frame_too_large";
      return seen;
    }
    if (length > stream.size() - how.length_size)
      return seen;
    const auto body = stream.subspan(how.length_size, length);
    seen.bodies.emplace_back(body.begin(), body.end());
    stream = stream.subspan(how.length_size + length);
  }
  seen.at_boundary = stream.empty();
  return seen;
}

std::size_t piece_of(std::uint32_t& seed, std::size_t all) {
  seed = seed * 1664525 + 1013904223;
  return std::min<std::size_t>(all, 1 + (seed >> 16) % 97);
}

/// The same bodies through a decoder whose caller ends each.
void require_bodies_without_lengths(frame_decoder decoder, const std::vector<bytes>& bodies,
                                    std::uint32_t seed) {
  std::vector<shared_bytes> kept;
  for (const auto& body : bodies) {
    for (bytes_view left{body}; !left.empty();) {
      left = left.subspan(decoder.feed(left.first(piece_of(seed, left.size()))));
      require(decoder.next().has_value(), "the limit holds for the bodies of the stream");
    }
    decoder.end_body();
    const auto taken = decoder.next();
    require(taken && *taken, "a body that has ended is there");
    kept.push_back(**taken);
  }
  for (std::size_t i = 0; i < bodies.size(); ++i)
    require(std::ranges::equal(kept[i].view(), bodies[i]), "and unchanged");
}

outcome run(frame_decoder decoder, bytes_view stream, std::uint32_t seed) {
  outcome seen;
  std::vector<shared_bytes> kept;
  while (!stream.empty() && seen.problem.empty()) {
    const auto taken = decoder.feed(stream.first(piece_of(seed, stream.size())));
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
  // only now: memory of a referenced body must not have been overwritten
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
  const auto& how = seed % 3 == 0 ? uds_framing : tcp_framing;
  const auto new_decoder = [&](const stream_framing& used) {
    return frame_decoder{make_ref<buffer_pool>(chunk_size, 1u << 20), limit, used};
  };
  const auto expected = expected_of(stream, limit, how);
  require(run(new_decoder(how), stream, seed) == expected, "frames are those of the stream");
  require(run(new_decoder(how), stream, seed + 77) == expected, "other pieces, same frames");
  require_bodies_without_lengths(new_decoder(no_framing), expected.bodies, seed);
  return 0;
}
