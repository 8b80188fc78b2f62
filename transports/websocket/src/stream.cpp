#include "stream.hpp"

#include "buffered_layer.hpp"
#include "net_error.hpp"
#include "url.hpp"

#include "ockam/protocol/text.hpp"
#include "ockam/protocol/time_span.hpp"
#include "ockam/transports/io/socket_advice.hpp"

#include <algorithm>

#include <boost/asio/post.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>

namespace ockam::websocket::detail {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace ws = beast::websocket;

constexpr const char* product = "ockam-caf";

/// In front of the answer's text when a request is no upgrade, or asks for something else.
constexpr const char* what_this_is = "This is a WebSocket endpoint of an Ockam node: ";

/// Pages in a browser say where they are from; nodes do not.
template <class Head>
bool is_admitted(const Head& head, const std::vector<std::string>& origins) {
  const auto origin = head.find(http::field::origin);
  return origin == head.end() || std::ranges::any_of(origins, [&](const std::string& each) {
           return each == "*" || origin->value() == each;
         });
}

} // namespace

/// What Beast does, in one place: its headers are heavy.
struct stream::websocket {
  explicit websocket(std::unique_ptr<byte_stream> below) : inner{std::move(below)} {}

  buffered_layer& layer() { return inner.next_layer(); }
  byte_stream& below() { return layer().below(); }

  ws::stream<buffered_layer, false> inner; // false: no compression
};

struct stream::request {
  explicit request(admission rules) : rules{std::move(rules)} {
    parser.header_limit(static_cast<std::uint32_t>(this->rules.max_request_size));
  }

  const admission rules;
  http::request_parser<http::empty_body> parser;
};

std::shared_ptr<stream> stream::create(std::unique_ptr<byte_stream> below, std::string peer,
                                       std::size_t max_message_size,
                                       std::chrono::milliseconds closing_timeout,
                                       std::shared_ptr<void> slot) {
  std::shared_ptr<stream> made{new stream{std::move(below), std::move(peer), max_message_size,
                                          closing_timeout, std::move(slot)}};
  made->websocket_->layer().set_owner(std::shared_ptr<layer_owner>{made, made.get()});
  return made;
}

stream::stream(std::unique_ptr<byte_stream> below, std::string peer, std::size_t max_message_size,
               std::chrono::milliseconds closing_timeout, std::shared_ptr<void> slot)
  : peer_{std::move(peer)},
    max_message_size_{max_message_size},
    closing_timeout_{closing_timeout},
    slot_{std::move(slot)},
    websocket_{std::make_unique<websocket>(std::move(below))} {
  auto& inner = websocket_->inner;
  inner.binary(true);
  inner.auto_fragment(false);
  inner.read_message_max(max_message_size);
  inner.set_option(ws::stream_base::decorator{[](auto& head) {
    constexpr bool is_request = std::decay_t<decltype(head)>::is_request::value;
    head.set(is_request ? http::field::user_agent : http::field::server, product);
  }});
  inner.control_callback([this](ws::frame_type kind, beast::string_view) {
    peer_closes_ = peer_closes_ || kind == ws::frame_type::close;
  });
}

stream::~stream() = default;

// -- opening ---------------------------------------------------------------------------------------

void stream::handshake_below(std::function<void()> then) {
  websocket_->below().async_handshake(completion{
    [me = shared_from_this(), then = std::move(then)](const error_code& failed, std::size_t) {
      if (failed)
        me->finish_opening(fail(me->cause_of(failed)));
      else
        then();
    }});
}

void stream::accept(admission rules, on_open opened) {
  opened_ = std::move(opened);
  if (rules.limit.count() > 0)
    deadline_ = internal::moment_after(rules.limit);
  handshake_below(
    [this, from = std::make_shared<request>(std::move(rules))] { read_request(from); });
}

void stream::read_request(std::shared_ptr<request> from) {
  auto& layer = websocket_->layer();
  auto& parser = from->parser;
  error_code failed;
  while (!failed && !parser.is_header_done() && !layer.input().empty()) {
    const auto data = layer.input().data();
    layer.input().consume(parser.put(net::buffer(data.data(), data.size()), failed));
  }
  if (parser.is_header_done())
    return answer(*from);
  if (failed && failed != http::error::need_more)
    return refuse(*from, failed == http::error::header_limit ? 431 : 400, failed.message());
  layer.async_fill(completion{[me = shared_from_this(), from](const error_code& lost, std::size_t) {
    if (lost)
      me->finish_opening(fail(me->cause_of(lost)));
    else
      me->read_request(from);
  }});
}

void stream::answer(const request& from) {
  const auto& head = from.parser.get();
  const auto& path = from.rules.path;
  if (!ws::is_upgrade(head))
    return refuse(from, 426, "the request is no upgrade to it");
  const auto wanted = path_of_target({head.target().data(), head.target().size()});
  if (!wanted)
    return refuse(from, 400, wanted.error().detail());
  if (!path.empty() && *wanted != path)
    return refuse(from, 404, "nothing is at this path");
  if (!is_admitted(head, from.rules.origins))
    return refuse(from, 403, "pages of this origin may not connect (allowed_origins)");
  websocket_->inner.async_accept(head, [me = shared_from_this()](const error_code& failed) {
    if (!failed)
      return me->finish_opening({});
    me->websocket_->layer().set_done(); // Beast has answered
    me->finish_opening(fail(me->cause_of(failed)));
  });
}

void stream::refuse(const request& from, unsigned status, std::string why) {
  const auto response = std::make_shared<http::response<http::string_body>>(
    http::status{status}, from.parser.is_header_done() ? from.parser.get().version() : 11);
  response->set(http::field::server, product);
  response->set(http::field::content_type, "text/plain");
  if (status == 426)
    response->set(http::field::upgrade, "websocket");
  response->keep_alive(false);
  response->body() = what_this_is + why + '\n';
  response->prepare_payload();
  http::async_write(
    websocket_->layer(), *response,
    [me = shared_from_this(), response, why](const error_code&, std::size_t) {
      me->websocket_->layer().set_done();
      me->finish_opening(
        fail({std::make_error_code(std::errc::protocol_error),
              me->peer_ + " was answered " + std::to_string(response->result_int()) + ": " + why}));
    });
}

void stream::connect(const std::string& host, const std::string& target, on_open opened) {
  opened_ = std::move(opened);
  handshake_below([this, host, target] {
    const auto answer = std::make_shared<ws::response_type>();
    websocket_->inner.async_handshake(
      *answer, host, target, [me = shared_from_this(), answer](const error_code& failed) {
        if (failed == ws::error::upgrade_declined)
          me->finish_opening(
            fail(errc::closed_by_peer,
                 me->peer_ + " answered " + std::to_string(answer->result_int()) + ' '
                   + escaped({answer->reason().data(), answer->reason().size()})
                   + " instead of switching to WebSocket; check the path of the URL and the host"));
        else if (failed)
          me->finish_opening(fail(me->cause_of(failed)));
        else
          me->finish_opening({});
      });
  });
}

void stream::cancel_opening() {
  net::post(websocket_->below().get_executor(), [me = shared_from_this()] {
    if (me->opened_)
      me->finish_opening(fail(errc::shutting_down, "the transport has stopped"));
  });
}

void stream::finish_opening(result<void> outcome) {
  deadline_ = clock::time_point::max();
  if (!outcome) {
    ended_ = true;
    if (websocket_->layer().done())
      linger();
    else
      abort();
  }
  if (opened_)
    std::exchange(opened_, nullptr)(std::move(outcome));
}

// -- messages --------------------------------------------------------------------------------------

void stream::read(std::span<std::uint8_t> room, std::shared_ptr<const void> owner) {
  websocket_->inner.async_read_some(
    net::buffer(room.data(), room.size()), [me = shared_from_this(), owner = std::move(owner)](
                                             const error_code& failed, std::size_t count) {
      if (failed)
        return me->lose(failed);
      if (me->user_ == nullptr)
        return;
      const auto& inner = me->websocket_->inner;
      if (inner.got_binary())
        return me->user_->on_read(count, inner.is_message_done());
      auto* const user = me->user_;
      me->close(close_code::unsupported_data, "binary messages only");
      user->on_lost({errc::unsupported, me->peer_
                                          + " sends text; messages are binary (BARE, "
                                            "docs/wire_format.md)"});
    });
}

void stream::input_wanted() {
  if (user_ != nullptr)
    user_->on_drained();
}

bool stream::has_input() const noexcept {
  return !websocket_->layer().input().empty();
}

void stream::write(std::span<const net::const_buffer> message) {
  if (ended_ || peer_closes_) // `on_lost` follows
    return;
  error_code failed;
  websocket_->inner.write(message, failed);
}

std::size_t stream::unsent() const noexcept {
  return websocket_->layer().unsent();
}

void stream::flush() {
  websocket_->layer().flush();
}

void stream::shrink() {
  websocket_->layer().shrink();
}

void stream::output_done() {
  if (user_ != nullptr)
    user_->on_written();
}

void stream::ping() {
  if (ended_ || peer_closes_)
    return;
  error_code failed;
  websocket_->inner.ping({}, failed);
  flush();
}

void stream::pong() {
  if (ended_ || peer_closes_)
    return;
  error_code failed;
  websocket_->inner.pong({}, failed);
  flush();
}

// -- the end ---------------------------------------------------------------------------------------

error stream::cause_of(const error_code& failed) const {
  const auto& reason = websocket_->inner.reason();
  if (failed == ws::error::closed) {
    auto text = peer_ + " closed the connection";
    if (reason.code != ws::close_code::none)
      text += " (" + std::to_string(reason.code);
    if (!reason.reason.empty())
      text += ", " + escaped({reason.reason.data(), reason.reason.size()});
    return {errc::closed_by_peer, text + (reason.code != ws::close_code::none ? ")" : "")};
  }
  if (failed == ws::error::message_too_big)
    return {errc::frame_too_large, peer_ + " sends a message of more than max-frame-size, which is "
                                     + std::to_string(max_message_size_)
                                     + " bytes; raise it on this node to accept it"};
  if (failed == net::error::eof || failed == http::error::end_of_stream
      || failed == http::error::partial_message)
    return {errc::closed_by_peer, peer_ + " closed the connection without a word"};
  if (is_tls_error(failed))
    return {to_std(failed), peer_ + ": " + websocket_->below().explain(failed)};
  if (failed.category() == make_error_code(ws::error::closed).category())
    return {to_std(failed), peer_ + " does not keep to RFC 6455"};
  return internal::socket_error(failed, internal::socket_use::transfer,
                                "talking WebSocket with " + peer_);
}

void stream::tell_user(error cause) {
  if (auto* const user = std::exchange(user_, nullptr))
    user->on_lost(std::move(cause));
}

void stream::lose(const error_code& failed) {
  if (ended_)
    return;
  ended_ = true;
  auto cause = cause_of(failed);
  if (websocket_->layer().done()) // Beast has sent the close frame
    linger();
  else
    abort();
  tell_user(std::move(cause));
}

void stream::close(close_code why, const std::string& reason) {
  if (std::exchange(ended_, true))
    return;
  user_ = nullptr;
  limit_closing();
  websocket_->inner.async_close({static_cast<ws::close_code>(why), reason},
                                [me = shared_from_this()](const error_code&) { me->linger(); });
}

void stream::linger() {
  if (aborted_)
    return;
  limit_closing();
  websocket_->below().async_end(
    completion{[me = shared_from_this()](const error_code&, std::size_t) { me->abort(); }});
}

void stream::limit_closing() {
  if (closing_timer_)
    return;
  closing_timer_ = std::make_unique<net::steady_timer>(websocket_->below().get_executor());
  deadline_ = internal::moment_after(closing_timeout_);
  wait_until_closed();
}

void stream::wait_until_closed() {
  closing_timer_->expires_at(deadline_);
  closing_timer_->async_wait([me = shared_from_this()](const error_code& cancelled) {
    if (cancelled || me->aborted_)
      return;
    if (clock::now() < me->deadline_) // we did not run meanwhile
      me->wait_until_closed();
    else
      me->abort();
  });
}

void stream::check_deadlines(const tick& at) {
  at.postpone(deadline_);
  at.excuse(last_input_);
  at.excuse(last_output_);
  if (opened_ && at.now >= deadline_)
    finish_opening(fail(errc::timeout, peer_
                                         + " did not ask for WebSocket in time "
                                           "(handshake-timeout)"));
}

void stream::abort() {
  ended_ = true;
  deadline_ = clock::time_point::max();
  if (std::exchange(aborted_, true))
    return;
  closing_timer_.reset();
  websocket_->below().close();
  slot_.reset();
}

} // namespace ockam::websocket::detail
