#include "ockam/protocol/wire/datagram.hpp"

#include "cbor.hpp"

#include <algorithm>
#include <cassert>
#include <string>

namespace ockam {

namespace {

using internal::cbor_cursor;
using internal::cbor_head_size;
using internal::cbor_writer;

constexpr std::uint64_t max_u8 = 0xff;
constexpr std::uint64_t max_u16 = 0xffff;
constexpr std::uint64_t max_u32 = 0xffffffff;

constexpr std::uint8_t written_version = 1;
constexpr std::size_t fields = 5;

bool at_bool(const cbor_cursor& in) noexcept {
  return in.remaining() > 0
         && (*in.position() == internal::cbor_true || *in.position() == internal::cbor_false);
}

} // namespace

result<datagram> decode_datagram(const shared_bytes& received, std::size_t max_size) {
  if (received.size() > max_size)
    return fail(errc::frame_too_large, "a datagram of " + std::to_string(received.size())
                                         + " bytes is refused, datagram-size is "
                                         + std::to_string(max_size));
  cbor_cursor in{received.view()};
  auto elements = in.enter_array();
  const auto need_field = [&] {
    if (!in.next(elements))
      in.fail(errc::missing_field);
  };
  datagram read;
  need_field();
  read.version = static_cast<std::uint8_t>(in.read_unsigned(max_u8));
  need_field();
  read.number = routing_number{static_cast<std::uint16_t>(in.read_unsigned(max_u16))};
  need_field();
  const auto position = in.read_unsigned(max_u32);
  need_field();
  if (at_bool(in)) {
    read.place = part_at_offset{static_cast<std::uint32_t>(position), in.read_bool()};
  } else {
    const auto total = static_cast<std::uint16_t>(in.read_unsigned(max_u16));
    if (position > max_u16)
      in.fail(errc::integer_out_of_range);
    read.place = part_at_index{static_cast<std::uint16_t>(position), total};
  }
  need_field();
  const auto part = in.read_bytes();
  while (in.next(elements))
    in.skip();
  if (!in.ok())
    return fail(in.problem(), "the datagram of " + std::to_string(received.size())
                                + " bytes cannot be decoded: error at byte "
                                + std::to_string(in.offset()));
  if (!part.empty())
    read.part = received.slice(static_cast<std::size_t>(part.data() - received.data()),
                               part.size());
  return read;
}

fragmenter::fragmenter(datagram_format format, routing_number number, std::size_t message_size,
                       std::size_t datagram_size) noexcept
  : format_{format},
    number_{number},
    message_size_{message_size},
    full_part_{datagram_size - datagram_overhead},
    // rounded up: a message of whole parts must not end in an empty one, which peers refuse
    parts_{(message_size + full_part_ - 1) / full_part_} {
  assert(message_size > 0 && datagram_size > datagram_overhead);
}

bool fragmenter::is_possible() const noexcept {
  return format_ == datagram_format::a ? message_size_ <= max_u32 : parts_ <= max_u16;
}

std::size_t fragmenter::part_size(std::size_t index) const noexcept {
  return std::min(full_part_, message_size_ - index * full_part_);
}

std::size_t fragmenter::datagram_size(std::size_t index) const noexcept {
  const auto place = format_ == datagram_format::a ? cbor_head_size(index * full_part_) + 1
                                                   : cbor_head_size(index) + cbor_head_size(parts_);
  const auto part = part_size(index);
  return cbor_head_size(fields) + cbor_head_size(written_version) + cbor_head_size(number_.value())
         + place + internal::cbor_string_size(part);
}

std::uint8_t* fragmenter::put_head(std::uint8_t* to, std::size_t index) const noexcept {
  cbor_writer out{to};
  out.array(fields);
  out.unsigned_integer(written_version);
  out.unsigned_integer(number_.value());
  if (format_ == datagram_format::a) {
    out.unsigned_integer(index * full_part_);
    out.boolean(index + 1 == parts_);
  } else {
    out.unsigned_integer(index);
    out.unsigned_integer(parts_);
  }
  out.byte_string_head(part_size(index));
  return out.position();
}

} // namespace ockam
