// Messages to bytes and back, and what a hop does to a message; no actors, no sockets.

#include "allocations.hpp"
#include "harness.hpp"

#include "ockam/protocol/address.hpp"
#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/frame.hpp"
#include "ockam/protocol/message.hpp"

#include <array>
#include <cstring>

namespace {

using namespace ockam;

struct payload_size {
  const char* name;
  std::size_t bytes;
};
constexpr std::array payload_sizes{payload_size{"32B", 32}, payload_size{"1KiB", 1024},
                                   payload_size{"64KiB", 65'536}};
constexpr std::array hop_counts{1, 3, 8};

shared_bytes payload_of(std::size_t size) {
  return shared_bytes::adopt(bytes(size, std::uint8_t{0x5a}));
}

/// A message with `hops` short names to visit, from a random address.
message message_of(int hops, std::size_t size) {
  route onward;
  for (int i = 1; i <= hops; ++i)
    onward.append(address{"h" + std::to_string(i)});
  return {std::move(onward), route{address::random()}, payload_of(size)};
}

std::string suffix(int hops, const payload_size& size) {
  return std::to_string(hops) + "hops." + size.name;
}

void encoding(bench::suite& suite, int hops, const payload_size& size) {
  const auto content = message_of(hops, size.bytes);
  const auto encoded = encode_message(content);
  bytes buffer(encoded.size());
  suite.compare({
    .figures = {{"codec.encode." + suffix(hops, size)}},
    .baselines = {"memcpy"},
    .variants = {
      bench::timed("memcpy",
                   [&](std::size_t n) {
                     for (; n > 0; --n) {
                       std::memcpy(buffer.data(), encoded.data(), encoded.size());
                       bench::keep(buffer.data());
                     }
                   }),
      bench::timed("ockam",
                   [&](std::size_t n) {
                     for (; n > 0; --n) {
                       bench::keep(encoded_size(content));
                       bench::keep(encode_message(content, buffer.data()));
                     }
                   }),
    },
  });
}

void decoding(bench::suite& suite, int hops, const payload_size& size) {
  const auto frame = shared_bytes::adopt(encode_message(message_of(hops, size.bytes)));
  bytes buffer(frame.size());
  suite.compare({
    .figures = {{"codec.decode." + suffix(hops, size)}},
    .baselines = {"memcpy"},
    .variants = {
      bench::timed("memcpy",
                   [&](std::size_t n) {
                     for (; n > 0; --n) {
                       std::memcpy(buffer.data(), frame.data(), frame.size());
                       bench::keep(buffer.data());
                     }
                   }),
      bench::timed("ockam",
                   [&](std::size_t n) {
                     for (; n > 0; --n)
                       bench::keep(value_or_throw(decode_message(frame)));
                   }),
      // what a node does with a message it passes on: in, two route ends changed, out
      bench::timed("ockam, decode, step, encode",
                   [&](std::size_t n) {
                     const address own{"0123456789abcdef0123456789abcdef"};
                     buffer.resize(frame.size() + 64);
                     for (; n > 0; --n) {
                       const auto passed = value_or_throw(
                         value_or_throw(decode_message(frame)).step_forward(own));
                       bench::keep(encoded_size(passed));
                       bench::keep(encode_message(passed, buffer.data()));
                     }
                   }),
    },
  });
}

void framing(bench::suite& suite) {
  const auto body = encode_message(message_of(1, 32));
  bytes stream;
  std::size_t frames = 0;
  for (; stream.size() < 32'768; ++frames) {
    std::array<std::uint8_t, frame_header_size> header;
    put_frame_header(header.data(), static_cast<std::uint32_t>(body.size()));
    stream.insert(stream.end(), header.begin(), header.end());
    stream.insert(stream.end(), body.begin(), body.end());
  }
  const auto pool = make_ref<chunk_pool>(default_chunk_size, 4);
  suite.compare({
    .figures = {{.name = "codec.split_stream.32B", .parts = static_cast<double>(frames)}},
    .baselines = {},
    .variants = {bench::timed("ockam",
                              [&](std::size_t n) {
                                frame_decoder decoder{pool, default_max_frame_size, false};
                                for (; n > 0; --n) {
                                  for (std::size_t fed = 0; fed < stream.size();)
                                    fed += decoder.feed(bytes_view{stream}.subspan(fed));
                                  while (auto found = value_or_throw(decoder.next()))
                                    bench::keep(found->data());
                                }
                              })},
  });
}

void values(bench::suite& suite) {
  suite.compare({
    .figures = {{"address.parse"}},
    .baselines = {},
    .variants = {
      bench::timed("echoer",
                   [](std::size_t n) {
                     for (; n > 0; --n)
                       bench::keep(value_or_throw(address::parse("echoer")));
                   }),
      bench::timed("1#127.0.0.1:4000",
                   [](std::size_t n) {
                     for (; n > 0; --n)
                       bench::keep(value_or_throw(address::parse("1#127.0.0.1:4000")));
                   }),
    },
  });
  suite.compare({
    .figures = {{"address.random"}},
    .baselines = {},
    .variants = {bench::timed("ockam",
                              [](std::size_t n) {
                                for (; n > 0; --n)
                                  bench::keep(address::random());
                              })},
  });
  suite.compare({
    .figures = {{"address.hash"}},
    .baselines = {},
    .variants = {
      bench::timed("echoer",
                   [name = address{"echoer"}](std::size_t n) {
                     for (; n > 0; --n)
                       bench::keep(hash_value(name, n));
                   }),
      bench::timed("random address",
                   [name = address::random()](std::size_t n) {
                     for (; n > 0; --n)
                       bench::keep(hash_value(name, n));
                   }),
    },
  });
  for (int hops : hop_counts) {
    auto whole = message_of(hops, 32).onward_route();
    const address own{"h9"};
    suite.compare({
      .figures = {{"route.copy_step_prepend." + std::to_string(hops) + "hops"}},
      .baselines = {"copy"},
      .variants = {
        bench::timed("copy",
                     [&](std::size_t n) {
                       for (; n > 0; --n)
                         bench::keep(route{whole});
                     }),
        bench::timed("copy, step",
                     [&](std::size_t n) {
                       for (; n > 0; --n) {
                         auto copy = whole;
                         bench::keep(copy.step());
                       }
                     }),
        bench::timed("copy, prepend",
                     [&](std::size_t n) {
                       for (; n > 0; --n) {
                         auto copy = whole;
                         bench::keep(copy.prepend(own).size());
                       }
                     }),
      },
    });
  }
}

} // namespace

int main(int argc, char** argv) {
  return bench::guarded_main("codec_bench", [&] {
    bench::suite suite{"codec_bench", "Messages to bytes and back"};
    if (const auto status = suite.parse(argc, argv); status >= 0)
      return status;
    suite.count_with(bench::allocations);
    for (const auto& size : payload_sizes)
      for (int hops : hop_counts) {
        encoding(suite, hops, size);
        decoding(suite, hops, size);
      }
    framing(suite);
    values(suite);
    return suite.finish();
  });
}
