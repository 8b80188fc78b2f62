// The datagrams of one peer, which may claim anything: limits hold, and every message consists of
// received parts and is delivered once.
//
// Input: six bytes a datagram. Flags (format, last, look for what is over, half seconds since the
// one before), routing number, position, total, size of the part, filler. Numbers from 128 on stand
// for those up to 65,535.

#include "check.hpp"

#include "ockam/protocol/detail/reassembler.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <tuple>

using namespace ockam;
using fuzz::require;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t record_size = 6;
constexpr std::size_t most_bytes = 4'000;

std::uint16_t stretched(std::uint8_t value) {
  return static_cast<std::uint16_t>(value < 128 ? value : 65'535 - (255 - value));
}

datagram datagram_of(const std::uint8_t* record) {
  const bool format_a = (record[0] & 1) != 0;
  datagram made;
  made.number = routing_number{stretched(record[1])};
  made.part = shared_bytes{bytes(record[4], record[5])};
  if (format_a)
    made.place = part_at_offset{record[2] * 16u, (record[0] & 2) != 0};
  else
    made.place = part_at_index{stretched(record[2]), stretched(record[3])};
  return made;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto budget = make_ref<memory_budget>(most_bytes);
  std::size_t received = 0;
  {
    reassembler in{{.max_bytes = most_bytes, .timeout = 5s}, budget};
    reassembler::time_point now{1h};
    auto last_accepted = now;
    std::set<std::tuple<datagram_format, std::uint16_t>> seen;
    for (; size >= record_size; data += record_size, size -= record_size) {
      now += 500ms * (data[0] >> 4);
      const auto part = datagram_of(data);
      if ((data[0] & 4) != 0)
        in.expire(now);
      const auto taken = in.take(part, now);
      received += part.part.size();
      if (now - last_accepted > 5s)
        seen.clear(); // a silence resets the state
      if (taken.verdict == part_verdict::complete || taken.verdict == part_verdict::waiting)
        last_accepted = now;
      require(in.bytes_in_use() == budget->used() && budget->used() <= most_bytes,
              "the limit of memory holds");
      require(in.unfinished() <= 6, "one message of format A, five of format B");
      if (taken.verdict != part_verdict::complete)
        continue;
      require(taken.message.size() <= received, "nothing comes out that did not come in");
      require(seen.emplace(part.format(), part.number.value()).second, "a message comes out once");
    }
  }
  require(budget->used() == 0, "all memory is given back");
  return 0;
}
