#include "ockam/protocol/wire/api.hpp"

#include "cbor.hpp"

#include "ockam/protocol/text.hpp"

namespace ockam::api {

namespace {

using internal::cbor_cursor;
using internal::cbor_head_size;
using internal::cbor_string_size;
using internal::cbor_writer;

constexpr std::uint64_t max_key = ~std::uint64_t{0};
constexpr std::uint64_t max_u32 = 0xffffffff;
constexpr std::size_t max_causes = max_nesting;

method read_method(cbor_cursor& in) {
  const auto number = in.read_unsigned(max_key);
  if (number > static_cast<std::uint64_t>(method::patch))
    in.fail(errc::unknown_variant);
  return in.ok() ? static_cast<method>(number) : method::get;
}

status read_status(cbor_cursor& in) {
  const auto number = in.read_unsigned(max_key);
  switch (number) {
    case 200:
    case 400:
    case 401:
    case 403:
    case 404:
    case 405:
    case 408:
    case 409:
    case 500:
    case 501:
      return static_cast<status>(number);
    default:
      in.fail(errc::unknown_variant);
      return status::ok;
  }
}

/// Calls `read_value(key)` for every value of a map and skips values that it does not read.
template <class ReadValue>
void read_map(cbor_cursor& in, ReadValue read_value) {
  auto pairs = in.enter_map();
  while (in.next(pairs)) {
    const auto key = in.read_unsigned(max_key);
    if (in.ok() && !read_value(key))
      in.skip();
  }
}

tl::unexpected<error> undecodable(const char* what, const cbor_cursor& in) {
  return fail(in.problem(), std::string{what} + " cannot be decoded: error at byte "
                              + std::to_string(in.offset()));
}

/// The item behind a header with `has_body`.
shared_bytes read_body(cbor_cursor& in, const shared_bytes& cbor, bool announced) {
  if (!announced || !in.ok())
    return {};
  const auto start = in.offset();
  in.skip();
  return in.ok() ? cbor.slice(start, in.offset() - start) : shared_bytes{};
}

error_body read_error(cbor_cursor& in, std::size_t causes_left) {
  error_body read;
  if (in.at_text()) {
    read.message = std::string{in.read_text()};
    return read;
  }
  read_map(in, [&](std::uint64_t key) {
    if (key < 1 || key > 4)
      return false;
    if (in.read_null())
      return true;
    if (key == 1)
      read.path = std::string{in.read_text()};
    else if (key == 2)
      read.method = read_method(in);
    else if (key == 3)
      read.message = std::string{in.read_text()};
    else if (causes_left == 0)
      in.fail(errc::nesting_too_deep);
    else
      read.cause = {read_error(in, causes_left - 1)};
    return true;
  });
  return read;
}

std::size_t pairs_of(const error_body& value) {
  return (value.path ? 1u : 0u) + (value.method ? 1u : 0u) + (value.message ? 1u : 0u)
         + (value.cause.empty() ? 0u : 1u);
}

std::size_t size_of(const error_body& value) {
  std::size_t size = 1;
  if (value.path)
    size += 1 + cbor_string_size(value.path->size());
  if (value.method)
    size += 2;
  if (value.message)
    size += 1 + cbor_string_size(value.message->size());
  if (!value.cause.empty())
    size += 1 + size_of(value.cause.front());
  return size;
}

void put_error(cbor_writer& out, const error_body& value) {
  out.map(pairs_of(value));
  if (value.path) {
    out.unsigned_integer(1);
    out.text(*value.path);
  }
  if (value.method) {
    out.unsigned_integer(2);
    out.unsigned_integer(static_cast<std::uint64_t>(*value.method));
  }
  if (value.message) {
    out.unsigned_integer(3);
    out.text(*value.message);
  }
  if (!value.cause.empty()) {
    out.unsigned_integer(4);
    put_error(out, value.cause.front());
  }
}

bool too_deep(const error_body& value) {
  std::size_t causes = 0;
  for (const auto* each = &value; !each->cause.empty(); each = &each->cause.front())
    if (++causes > max_causes)
      return true;
  return false;
}

bool all_utf8(const error_body& value) {
  return (!value.path || is_utf8(*value.path)) && (!value.message || is_utf8(*value.message))
         && (value.cause.empty() || all_utf8(value.cause.front()));
}

tl::unexpected<error> not_utf8(const char* what) {
  return fail(errc::invalid_utf8, std::string{what} + " is not UTF-8");
}

/// Reads BARE data and decodes its content.
template <class T, class Decode>
T read_wrapped(bare_reader& in, Decode decode) {
  const auto content = in.shared_data();
  if (!in.ok())
    return {};
  auto decoded = decode(content);
  if (decoded)
    return std::move(*decoded);
  in.fail(std::move(decoded.error()));
  return {};
}

template <class T>
void write_wrapped(bare_writer& out, const T& value) {
  const auto encoded = encode(value);
  if (encoded)
    out.data(encoded->view());
  else
    out.fail(encoded.error());
}

} // namespace

result<shared_bytes> encode(const request& value) {
  if (!is_utf8(value.path))
    return not_utf8("the path of a request");
  const auto size = 1 + 1 + cbor_head_size(value.id) + 1 + cbor_string_size(value.path.size())
                    + (value.method ? 2u : 0u) + 2 + value.body.size();
  return shared_bytes::of_size(size, [&](std::span<std::uint8_t> memory) {
    cbor_writer out{memory.data()};
    out.map(value.method ? 4 : 3);
    out.unsigned_integer(1);
    out.unsigned_integer(value.id);
    out.unsigned_integer(2);
    out.text(value.path);
    if (value.method) {
      out.unsigned_integer(3);
      out.unsigned_integer(static_cast<std::uint64_t>(*value.method));
    }
    out.unsigned_integer(4);
    out.boolean(!value.body.empty());
    out.raw(value.body.view());
  });
}

result<shared_bytes> encode(const response& value) {
  const auto status = value.status ? static_cast<std::uint64_t>(*value.status) : 0;
  const auto size = 1 + 1 + cbor_head_size(value.id) + 1 + cbor_head_size(value.re)
                    + (value.status ? 1 + cbor_head_size(status) : 0) + 2 + value.body.size();
  return shared_bytes::of_size(size, [&](std::span<std::uint8_t> memory) {
    cbor_writer out{memory.data()};
    out.map(value.status ? 4 : 3);
    out.unsigned_integer(1);
    out.unsigned_integer(value.id);
    out.unsigned_integer(2);
    out.unsigned_integer(value.re);
    if (value.status) {
      out.unsigned_integer(3);
      out.unsigned_integer(status);
    }
    out.unsigned_integer(4);
    out.boolean(!value.body.empty());
    out.raw(value.body.view());
  });
}

result<shared_bytes> encode(const error_body& value) {
  if (too_deep(value))
    return fail(errc::nesting_too_deep, "an error with more than " + std::to_string(max_causes)
                                          + " nested causes cannot be sent");
  if (!all_utf8(value))
    return not_utf8("the text of an error");
  return shared_bytes::of_size(size_of(value), [&](std::span<std::uint8_t> memory) {
    cbor_writer out{memory.data()};
    put_error(out, value);
  });
}

result<request> decode_request(const shared_bytes& cbor) {
  cbor_cursor in{cbor.view()};
  request read;
  bool has_id = false;
  bool has_path = false;
  std::optional<bool> has_body;
  read_map(in, [&](std::uint64_t key) {
    switch (key) {
      case 1:
        read.id = static_cast<std::uint32_t>(in.read_unsigned(max_u32));
        has_id = true;
        return true;
      case 2:
        read.path = std::string{in.read_text()};
        has_path = true;
        return true;
      case 3:
        if (!in.read_null())
          read.method = read_method(in);
        return true;
      case 4:
        has_body = in.read_bool();
        return true;
      default:
        return false;
    }
  });
  if (!has_id || !has_path || !has_body)
    in.fail(errc::missing_field);
  read.body = read_body(in, cbor, has_body.value_or(false));
  if (!in.ok())
    return undecodable("the request", in);
  return read;
}

result<response> decode_response(const shared_bytes& cbor) {
  cbor_cursor in{cbor.view()};
  response read;
  bool has_id = false;
  bool has_re = false;
  std::optional<bool> has_body;
  read_map(in, [&](std::uint64_t key) {
    switch (key) {
      case 1:
        read.id = static_cast<std::uint32_t>(in.read_unsigned(max_u32));
        has_id = true;
        return true;
      case 2:
        read.re = static_cast<std::uint32_t>(in.read_unsigned(max_u32));
        has_re = true;
        return true;
      case 3:
        if (!in.read_null())
          read.status = read_status(in);
        return true;
      case 4:
        has_body = in.read_bool();
        return true;
      default:
        return false;
    }
  });
  if (!has_id || !has_re || !has_body)
    in.fail(errc::missing_field);
  read.body = read_body(in, cbor, has_body.value_or(false));
  if (!in.ok())
    return undecodable("the response", in);
  return read;
}

result<error_body> decode_error(const shared_bytes& cbor) {
  cbor_cursor in{cbor.view()};
  auto read = read_error(in, max_causes);
  if (!in.ok())
    return undecodable("the error", in);
  return read;
}

} // namespace ockam::api

namespace ockam {

void payload_codec<api::request>::write(bare_writer& out, const api::request& value) {
  api::write_wrapped(out, value);
}

api::request payload_codec<api::request>::read(bare_reader& in) {
  return api::read_wrapped<api::request>(in, api::decode_request);
}

void payload_codec<api::response>::write(bare_writer& out, const api::response& value) {
  api::write_wrapped(out, value);
}

api::response payload_codec<api::response>::read(bare_reader& in) {
  return api::read_wrapped<api::response>(in, api::decode_response);
}

} // namespace ockam
