// Prints the messages in one direction of a TCP connection between two nodes.
//
//     frame_printer < captured_bytes
//     echo '01 00000023 84...' | frame_printer --hex
//
// One line for each frame; ends with 1 and a line on stderr when the bytes are no such stream.

#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/text.hpp"
#include "ockam/protocol/wire/frame.hpp"

#include <cctype>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

namespace {

std::string read_all(std::istream& in) {
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Two digits a byte; blanks between them do not count.
ockam::result<std::string> from_hex(std::string_view text) {
  std::string bytes;
  std::string digits;
  for (const char each : text) {
    if (std::isspace(static_cast<unsigned char>(each)) != 0)
      continue;
    if (std::isxdigit(static_cast<unsigned char>(each)) == 0)
      return ockam::fail(ockam::errc::invalid_value,
                         "'" + ockam::escaped({&each, 1}) + "' is not a hex digit");
    digits += each;
    if (digits.size() == 2) {
      bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
      digits.clear();
    }
  }
  if (!digits.empty())
    return ockam::fail(ockam::errc::truncated, "the hex text ends within a byte");
  return bytes;
}

std::string describe(const ockam::shared_bytes& body) {
  if (body.empty())
    return "empty";
  const auto decoded = ockam::decode_message(body);
  if (!decoded)
    return "not a message: " + to_string(decoded.error());
  return to_string(*decoded);
}

/// Everything in the stream, up to its end or its first error.
ockam::result<void> print_frames(std::string_view stream) {
  ockam::frame_decoder decoder{
    ockam::make_ref<ockam::buffer_pool>(ockam::default_chunk_size, std::size_t{4})};
  std::size_t number = 0;
  for (;;) {
    auto body = decoder.next();
    if (!body)
      return ockam::fail(std::move(body.error()));
    if (*body)
      std::cout << "frame " << ++number << ", " << (**body).size() << " bytes: " << describe(**body)
                << '\n';
    else if (stream.empty())
      break;
    else
      stream.remove_prefix(decoder.feed(ockam::as_bytes(stream)));
  }
  if (!decoder.at_boundary())
    return ockam::fail(ockam::errc::truncated, "the stream ends within a frame, "
                                                 + std::to_string(decoder.wanted())
                                                 + " bytes are missing");
  return {};
}

} // namespace

int main(int argc, char** argv) {
  const bool hex = argc == 2 && argv[1] == std::string_view{"--hex"};
  if (argc > 1 && !hex) {
    std::cerr << "frame_printer: unknown argument " << argv[1] << "; try --hex, or none\n";
    return 2;
  }
  auto input = ockam::result<std::string>{read_all(std::cin)};
  if (hex)
    input = from_hex(*input);
  const auto printed = input.and_then([](const std::string& bytes) { return print_frames(bytes); });
  if (printed)
    return 0;
  std::cerr << "frame_printer: " << to_string(printed.error()) << '\n';
  return 1;
}
