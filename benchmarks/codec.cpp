// Messages to bytes and back, and what a hop does to a message; no actors, no sockets. The rows run
// in ockam-bench, and in ockam-microbench under Google Benchmark.

#include "groups.hpp"
#include "types.hpp"

#include "ockam/actors/node.hpp"
#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/wire/frame.hpp"

#include <array>
#include <cstring>
#include <memory>
#include <unordered_map>

namespace bench {
namespace {

using namespace ockam;

struct payload_size {
  const char* name;
  std::size_t bytes;
};
constexpr std::array payload_sizes{payload_size{"32B", 32}, payload_size{"1KiB", 1024},
                                   payload_size{"64KiB", 65'536}};
constexpr std::array hop_counts{1, 3, 8};

/// A variant that performs `operation` again and again.
template <class Operation>
variant repeated(std::string name, Operation operation) {
  return timed(std::move(name), [operation = std::move(operation)](std::size_t n) mutable {
    for (; n > 0; --n)
      operation();
  });
}

/// A message with `hops` short names to visit, from a random address.
message message_of(int hops, std::size_t size) {
  route onward;
  for (int i = 1; i <= hops; ++i)
    onward.append(address{"h" + std::to_string(i)});
  return {std::move(onward), route{address::random()}, payload_of(size)};
}

std::string suffix(int hops, const payload_size& size) {
  return std::to_string(hops) + (hops == 1 ? "hop." : "hops.") + size.name;
}

variant copying(const shared_bytes& what) {
  return repeated("memcpy", [what, to = bytes(what.size())]() mutable {
    std::memcpy(to.data(), what.data(), what.size());
    keep(to.data());
  });
}

shared_bytes encoded(int hops, std::size_t size) {
  return shared_bytes::adopt(encode_message(message_of(hops, size)));
}

row encoding(int hops, const payload_size& size) {
  return {
    .figures = {{"codec.encode." + suffix(hops, size)}},
    .baselines = {"memcpy"},
    .set_up = [hops, size] {
      const auto frame = encoded(hops, size.bytes);
      return std::vector{
        copying(frame),
        repeated("ockam",
                 [content = message_of(hops, size.bytes), to = bytes(frame.size())]() mutable {
                   keep(encoded_size(content));
                   keep(encode_message(content, to.data()));
                 }),
      };
    }};
}

row decoding(int hops, const payload_size& size) {
  return {.figures = {{"codec.decode." + suffix(hops, size)}},
          .baselines = {"memcpy"},
          .set_up = [hops, size] {
            const auto frame = encoded(hops, size.bytes);
            return std::vector{
              copying(frame),
              repeated("ockam", [frame] { keep(value_or_throw(decode_message(frame))); }),
            };
          }};
}

/// Messages that were received, from before their routes change until they are in the output.
class passing {
public:
  explicit passing(const shared_bytes& frame) : frame_{frame}, to_(frame.size() + 64) {}

  double seconds_for(std::size_t messages) {
    double seconds = 0;
    for (std::size_t left = messages; left > 0;) {
      const auto count = std::min(left, few);
      left -= count;
      received_.clear();
      for (std::size_t i = 0; i < count; ++i)
        received_.push_back(value_or_throw(decode_message(frame_)));
      const auto began = clock::now();
      for (auto& each : received_) {
        const auto passed = value_or_throw(std::move(each).step_forward(own_));
        keep(encoded_size(passed));
        keep(encode_message(passed, to_.data()));
      }
      seconds += seconds_since(began);
    }
    return seconds;
  }

private:
  static constexpr std::size_t few = 64; // as come in together

  const shared_bytes frame_;
  const address own_{"0123456789abcdef0123456789abcdef"};
  bytes to_;
  std::vector<message> received_;
};

/// What a hop costs between decoding and writing: two route ends changed, and out again.
row passing_on(int hops, const payload_size& size) {
  return {.figures = {{"codec.pass_on." + suffix(hops, size)}},
          .baselines = {"memcpy"},
          .set_up = [hops, size] {
            const auto frame = encoded(hops, size.bytes);
            return std::vector{
              copying(frame),
              variant{"ockam",
                      [own = std::make_shared<passing>(frame)](std::size_t messages) {
                        return std::vector{own->seconds_for(messages)};
                      },
                      {}},
            };
          }};
}

row framing() {
  const auto body = encode_message(message_of(1, 32));
  bytes stream;
  std::size_t frames = 0;
  for (; stream.size() < 32'768; ++frames) {
    std::array<std::uint8_t, frame_header_size> header;
    put_frame_header(header.data(), static_cast<std::uint32_t>(body.size()));
    stream.insert(stream.end(), header.begin(), header.end());
    stream.insert(stream.end(), body.begin(), body.end());
  }
  return {.figures = {{.name = "codec.split_stream.32B", .parts = static_cast<double>(frames)}},
          .baselines = {},
          .set_up = [stream] {
            const auto pool = make_ref<buffer_pool>(default_chunk_size, 4);
            return std::vector{timed("ockam", [stream, pool](std::size_t n) {
              frame_decoder decoder{
                pool, default_max_frame_size, {.length_size = 4, .version_byte = false}};
              for (; n > 0; --n) {
                for (std::size_t fed = 0; fed < stream.size();)
                  fed += decoder.feed(bytes_view{stream}.subspan(fed));
                while (auto found = value_or_throw(decoder.next()))
                  keep(found->data());
              }
            })};
          }};
}

row route_ends(int hops) {
  return {.figures = {{"codec.route." + std::to_string(hops) + (hops == 1 ? "hop" : "hops")}},
          .baselines = {"copy"},
          .set_up = [whole = message_of(hops, 32).onward_route()] {
            return std::vector{
              repeated("copy", [whole] { keep(route{whole}); }),
              repeated("copy, step",
                       [whole] {
                         auto copy = whole;
                         keep(copy.step());
                       }),
              repeated("copy, prepend",
                       [whole, own = address{"h9"}] {
                         auto copy = whole;
                         keep(copy.prepend(own).size());
                       }),
            };
          }};
}

row one_by_one(std::string name, std::function<std::vector<variant>()> set_up) {
  return {.figures = {{std::move(name)}}, .baselines = {}, .set_up = std::move(set_up)};
}

row parsing() {
  return one_by_one("codec.address.parse", [] {
    return std::vector{
      repeated("echoer", [] { keep(value_or_throw(address::parse("echoer"))); }),
      repeated("1#127.0.0.1:4000",
               [] { keep(value_or_throw(address::parse("1#127.0.0.1:4000"))); }),
    };
  });
}

row drawing() {
  return one_by_one("codec.address.random",
                    [] { return std::vector{repeated("ockam", [] { keep(address::random()); })}; });
}

row hashing() {
  return one_by_one("codec.address.hash", [] {
    auto hash = [seed = std::uint64_t{0}](const address& of) mutable {
      keep(hash_value(of, ++seed));
    };
    return std::vector{
      repeated("echoer", [hash, of = address{"echoer"}]() mutable { hash(of); }),
      repeated("random address", [hash, of = address::random()]() mutable { hash(of); }),
    };
  });
}

/// Is a worker at this address? Asked of a node with `count` workers, and of the standard map.
row looking_up(std::size_t count) {
  return {.figures = {{"codec.address.lookup_in_" + std::to_string(count)}},
          .baselines = {"unordered_map"},
          .set_up = [count] {
            const auto on = std::make_shared<host>(policy::sharing);
            const auto all = std::make_shared<node>(on->system);
            struct idle {
              void handle_message(context&, routed<any_body>&&) {}
            };
            std::vector<address> names;
            std::unordered_map<address, std::size_t> map;
            for (std::size_t i = 0; i < count; ++i) {
              names.push_back(all->start_worker("worker-" + std::to_string(i), idle{}));
              map.emplace(names.back(), i);
            }
            auto next = [names, i = std::size_t{0}]() mutable -> const address& {
              return names[i = (i + 127) % names.size()];
            };
            return std::vector{
              repeated("unordered_map", [map, next]() mutable { keep(map.find(next())); }),
              repeated("ockam", [on, all, next]() mutable { keep(all->is_registered(next())); }),
            };
          }};
}

} // namespace

std::vector<row> codec_rows(bool quick) {
  std::vector<row> rows;
  for (const auto& size : payload_sizes)
    for (const int hops : hop_counts) {
      rows.push_back(encoding(hops, size));
      rows.push_back(decoding(hops, size));
      rows.push_back(passing_on(hops, size));
    }
  rows.push_back(framing());
  for (const int hops : hop_counts)
    rows.push_back(route_ends(hops));
  rows.push_back(parsing());
  rows.push_back(drawing());
  rows.push_back(hashing());
  rows.push_back(looking_up(1));
  rows.push_back(looking_up(quick ? 1'000 : 10'000));
  return rows;
}

} // namespace bench
