#include "error_reply.hpp"

#include "ockam/protocol/payload.hpp"
#include "ockam/protocol/text.hpp"
#include "ockam/protocol/wire/api.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>

namespace ockam::internal {

namespace {

/// Behind the 32 digits of a random address.
constexpr std::string_view suffix = "+e1";

/// The address behind the one of the requester.
constexpr std::string_view marker = "+error";

constexpr std::size_t random_digits = 32;
constexpr std::size_t max_text = 256;

api::status status_of(const error& why) {
  switch (why.kind()) {
    case error_kind::invalid:
    case error_kind::serialization:
    case error_kind::parse:
    case error_kind::misuse:
      return api::status::bad_request;
    case error_kind::not_found:
      return api::status::not_found;
    case error_kind::already_exists:
    case error_kind::conflict:
      return api::status::conflict;
    case error_kind::timeout:
      return api::status::request_timeout;
    case error_kind::unsupported:
      return api::status::not_implemented;
    default:
      return api::status::internal_server_error;
  }
}

/// The code with this name; no error for a name that this release does not know.
std::error_code code_named(std::string_view name) {
  for (int number = 1; number <= static_cast<int>(errc::internal); ++number)
    if (to_string(static_cast<errc>(number)) == name)
      return make_error_code(static_cast<errc>(number));
  return {};
}

std::string shortened(std::string text) {
  if (text.size() <= max_text)
    return text;
  auto end = max_text;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) // inside a character
    --end;
  text.resize(end);
  return text + "...";
}

std::optional<api::error_body> decode(const shared_bytes& payload) {
  const auto answer = decode_payload<api::response>(payload);
  if (!answer)
    return std::nullopt;
  auto body = api::decode_error(answer->body);
  return body ? std::optional{std::move(*body)} : std::nullopt;
}

} // namespace

address make_reply_address() {
  const auto random = address::random();
  std::array<char, random_digits + suffix.size()> text;
  std::ranges::copy(suffix, std::ranges::copy(random.value(), text.begin()).out);
  return address{transport_type::local, std::string_view{text.data(), text.size()}};
}

bool understands_errors(const route& return_route) {
  if (return_route.empty())
    return false;
  auto last = return_route.front();
  for (auto hop : return_route)
    last = hop;
  return last.is_local() && last.value().size() == random_digits + suffix.size()
         && last.value().ends_with(suffix);
}

message make_error_reply(const route& return_route, const error& why, const address& where) {
  const auto text = is_utf8(why.detail()) ? why.detail() : escaped(why.detail());
  const auto name = why.code().category() == make_error_code(errc::internal).category()
                      ? why.code().message()
                      : std::string{to_string(errc::internal)};
  auto body = api::encode(
    api::error_body{.path = escaped(to_string(where)),
                    .method = {},
                    .message = shortened(text),
                    .cause = {{.path = {}, .method = {}, .message = name, .cause = {}}}});
  auto onward = return_route;
  onward.append(address{transport_type::local, marker});
  return message{std::move(onward),
                 {},
                 encode_payload(api::response{.id = 0,
                                              .re = 0,
                                              .status = status_of(why),
                                              .body = std::move(body).value_or(shared_bytes{})})
                   .value_or(shared_bytes{})};
}

std::optional<error> read_error_reply(const message& content) {
  const auto& onward = content.onward_route();
  if (onward.size() != 2
      || *std::next(onward.begin()) != address_view{transport_type::local, marker})
    return std::nullopt;
  const auto body = decode(content.payload());
  if (!body)
    return error{errc::remote, "the other side reports an error that cannot be decoded"};
  const auto name = body->cause.empty() ? std::string{}
                                        : body->cause.front().message.value_or(std::string{});
  auto text = body->path ? "the worker at " + escaped(*body->path) + " answered with an error"
                         : std::string{"the other side answered with an error"};
  if (!name.empty())
    text += ": " + escaped(name);
  if (body->message && !body->message->empty())
    text += ": " + escaped(*body->message, max_text);
  return error{errc::remote, shortened(std::move(text))}.with_cause(code_named(name));
}

error without_details(const error& why) {
  switch (why.kind()) {
    case error_kind::serialization:
    case error_kind::parse:
      return {errc::invalid_value,
              "the body of the request cannot be read as what the worker takes"};
    default:
      return {why.code().category() == make_error_code(errc::internal).category()
                ? error{why.code(), "the worker failed to handle the request"}
                : error{errc::handler_failed, "the worker failed to handle the request"}};
  }
}

} // namespace ockam::internal
