// Bytes sent by nodes of the Rust crate (test/data/README.md): our decoder finds the fields, and
// our encoder writes the same bytes.

#include "captured_frames.hpp"
#include "rust_bodies.hpp"

#include "ockam/protocol/codec.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>

#include <gtest/gtest.h>

namespace ockam::test {
namespace {

struct release {
  const char* name;
  const char* file;
};

constexpr std::array releases{release{"Rust0150", "rust_0.150.0.hex"},
                              release{"Rust0139", "rust_0.139.0.hex"}};

struct replayed {
  release from;
  captured_frame frame;
};

void PrintTo(const replayed& what, std::ostream* out) {
  *out << what.from.file << ": " << what.frame.name;
}

std::vector<replayed> all_frames() {
  std::vector<replayed> all;
  for (const auto& each : releases)
    for (auto& frame : read_captured_frames(each.file))
      all.push_back({each, std::move(frame)});
  return all;
}

std::string name_of(const testing::TestParamInfo<replayed>& info) {
  auto name = std::string{info.param.from.name} + '_' + info.param.frame.name;
  std::ranges::replace_if(
    name, [](char c) { return c == '.' || c == '-'; }, '_');
  return name;
}

shared_bytes shared(const bytes& content) {
  return shared_bytes::adopt(bytes{content});
}

/// The tutorial's text, and the values of rust_bodies.hpp, as our encoder writes them.
shared_bytes expected_payload(const replayed& what) {
  const auto& name = what.frame.name;
  const std::map<std::string, std::function<result<shared_bytes>()>> bodies{
    {"request.text-of-many-scripts", [] { return encode_payload("Grüße 你好 שלום 🦀"); }},
    {"request.numbers", [] { return encode_payload(numbers{}); }},
    {"request.count", [] { return encode_payload(std::uint64_t{517}); }},
    {"request.nothing", [] { return encode_payload(std::optional<std::uint16_t>{}); }},
    {"request.something", [] { return encode_payload(std::optional<std::uint16_t>{517}); }},
    {"request.reading", [] { return encode_payload(reading{}); }},
    {"request.empty", [] { return encode_payload(no_body{}); }},
    {"request.bytes",
     [&] {
       return what.from.file == std::string{"rust_0.139.0.hex"} ? encode_payload(pattern(5))
                                                                : encode_payload(raw_pattern(5));
     }},
    {"reply.pushed", [] { return encode_payload("done"); }},
  };
  if (const auto found = bodies.find(name); found != bodies.end())
    return found->second().value();
  if (name.starts_with("request.text-of-"))
    return encode_payload(std::string(std::stoul(name.substr(16)), 'a')).value();
  return encode_payload("Hello Ockam!").value();
}

/// The temporary address of a request: 32 digits, and the mark of a requester that accepts errors.
bool is_temporary(std::string_view address) {
  return address.size() == (address.ends_with("+e1") ? 35 : 32);
}

/// `?` stands for a temporary address.
std::string hops_of(const route& way) {
  std::string text;
  for (const auto hop : way) {
    if (!text.empty())
      text.append(1, ' ');
    text.append(is_temporary(hop.value()) ? "?" : to_string(address{hop}));
  }
  return text;
}

struct both_routes {
  std::string onward;
  std::string back;
};

both_routes expected_routes(const std::string& name) {
  const std::map<std::string, both_routes> special{
    {"request.many-hops", {"0#h2 0#h2 0#echoer", "0#h1 ?"}},
    {"reply.text", {"?", "0#echoer"}},
    {"reply.many-hops", {"?", "0#h2 0#h2 0#echoer"}},
    {"reply.pushed", {"0#mailbox", "0#control"}},
    {"relayed.text", {"0#echoer", "? ?"}},
  };
  if (const auto found = special.find(name); found != special.end())
    return found->second;
  return {name.starts_with("request.text") ? "0#echoer" : "0#raw", "?"};
}

class RustCapture : public testing::TestWithParam<replayed> {
protected:
  const bytes& body = GetParam().frame.body;
  message decoded = decode_message(shared(body)).value();
};

TEST_P(RustCapture, TCP22_OurEncoderWritesTheSameBytes) {
  EXPECT_EQ(to_packed_hex(encode_message(decoded)), to_packed_hex(body));
}

TEST_P(RustCapture, TCP22_AMessageMadeOfItsFieldsHasTheSameBytes) {
  const message made{decoded.onward_route(), decoded.return_route(), expected_payload(GetParam())};
  EXPECT_EQ(to_packed_hex(encode_message(made)), to_packed_hex(body));
}

TEST_P(RustCapture, MTY1_MTY3a_ThePayloadIsTheBodyAsWeEncodeIt) {
  EXPECT_EQ(to_packed_hex(decoded.payload().view()),
            to_packed_hex(expected_payload(GetParam()).view()));
}

TEST_P(RustCapture, TCP26_TheRoutesAreThoseOfTheTopology) {
  const auto expected = expected_routes(GetParam().frame.name);
  EXPECT_EQ(hops_of(decoded.onward_route()), expected.onward);
  EXPECT_EQ(hops_of(decoded.return_route()), expected.back);
}

TEST_P(RustCapture, LMS10_TheTracingContextIsAnEmptyObject) {
  EXPECT_EQ(decoded.tracing_context(), "{}");
}

INSTANTIATE_TEST_SUITE_P(Replayed, RustCapture, testing::ValuesIn(all_frames()), name_of);

} // namespace
} // namespace ockam::test
