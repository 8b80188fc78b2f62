#include "slow_requester.hpp"

#include "transports/raw_peer.hpp"
#if OCKAM_HAVE_WEBSOCKET
#  include "websocket/raw_websocket.hpp"
#endif

#include "ockam/protocol/payload.hpp"
#include "ockam/protocol/wire/frame.hpp"

#include <algorithm>
#include <atomic>
#include <iomanip>
#include <ostream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <sys/socket.h>
#include <sys/un.h>

namespace ockam::test {

namespace {

/// Counts what was sent, and waits until no more goes: then as many answers wait as ever will.
class sent_count {
public:
  void add_one() { ++sent_; }
  void wait_until_stuck_at_or_before(int all) const {
    constexpr std::chrono::milliseconds span{300};
    for (int before = -1; before < sent_ && sent_ < all;) {
      before = sent_;
      std::this_thread::sleep_for(span);
    }
  }

private:
  std::atomic<int> sent_{0};
};

bytes encoded(const message& content, const message_form& form) {
  bytes body(form.size(content, {}));
  form.encode(content, body.data(), {});
  return body;
}

std::optional<message> decoded(bytes body, const message_form& form) {
  auto content = form.decode(shared_bytes::adopt(std::move(body)), {});
  return content ? std::optional{std::move(*content)} : std::nullopt;
}

std::uint16_t port_in_place(const std::string& place) {
  return static_cast<std::uint16_t>(std::stoi(place.substr(place.rfind(':') + 1)));
}

/// Frames behind their lengths.
class stream_client final : public slow_client {
public:
  stream_client(raw_peer peer, const stream_framing& how, const message_form& form)
    : peer_{std::move(peer)}, framing_{how}, form_{form} {
    if (framing_.version_byte)
      peer_.write(bytes{tcp_protocol_version});
    if (framing_.version_byte && peer_.read(1) != bytes{tcp_protocol_version})
      throw std::runtime_error{"the peer has another version, or none"};
  }

  void write(const message& content) override {
    const auto body = encoded(content, form_);
    bytes frame(framing_.length_size + body.size());
    std::ranges::copy(body, put_frame_header(frame.data(), body.size(), framing_));
    peer_.write(frame);
  }
  std::optional<message> read() override {
    const auto header = peer_.read(framing_.length_size);
    if (header.size() < framing_.length_size)
      return std::nullopt;
    std::size_t length = 0;
    for (const auto each : header)
      length = length << 8 | each;
    return decoded(peer_.read(length), form_);
  }
  void end() noexcept override { peer_.shut_down(); }

private:
  const raw_peer peer_;
  const stream_framing framing_;
  const message_form& form_;
};

raw_peer connect_to_path(const std::string& path) {
  descriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  ::sockaddr_un where{};
  where.sun_family = AF_UNIX;
  path.copy(where.sun_path, sizeof(where.sun_path) - 1);
  if (::connect(socket.number(), reinterpret_cast<const ::sockaddr*>(&where), sizeof where) != 0)
    throw std::runtime_error{"cannot connect to " + path};
  return raw_peer{std::move(socket)};
}

#if OCKAM_HAVE_WEBSOCKET

class websocket_client final : public slow_client {
public:
  explicit websocket_client(std::uint16_t port) : socket_{raw_websocket::connect_to(port)} {}

  void write(const message& content) override {
    socket_.write(masked(binary, encoded(content, bare_form)));
  }
  std::optional<message> read() override {
    const auto frame = socket_.read();
    if (frame.opcode != binary || !frame.fin)
      return std::nullopt;
    return decoded(frame.payload, bare_form);
  }
  void end() noexcept override { socket_.bytes().shut_down(); }

private:
  raw_websocket socket_;
};

#endif

} // namespace

slow_work slow_work::in_bodies_of(std::size_t largest) const {
  const auto parts = (size + largest - 1) / largest;
  return {name, count * static_cast<int>(parts), size / parts, pause / static_cast<int>(parts)};
}

std::string slow_work::body(int number) const {
  auto text = std::to_string(number) + ' ';
  text.resize(size - static_cast<std::size_t>(number % 7),
              static_cast<char>('a' + number % 26)); // frames begin anywhere in what is read
  return text;
}

void PrintTo(const slow_work& what, std::ostream* out) {
  *out << what.count << what.name;
}

std::unique_ptr<slow_client> connect_slow_client(slow_transport over, const std::string& place) {
  switch (over) {
    case slow_transport::tcp:
      return std::make_unique<stream_client>(raw_peer::connect_to(port_in_place(place)),
                                             tcp_framing, cbor_form);
    case slow_transport::uds:
      return std::make_unique<stream_client>(connect_to_path(place), uds_framing, bare_form);
    default:
#if OCKAM_HAVE_WEBSOCKET
      return std::make_unique<websocket_client>(port_in_place(place));
#else
      throw std::invalid_argument{"WebSocket is not built"};
#endif
  }
}

slow_outcome ask_slowly(slow_client& client, const slow_work& work, const route& to) {
  const route own{"app"};
  sent_count sent;
  std::thread writing{[&] {
    try {
      for (int i = 0; i < work.count; ++i, sent.add_one())
        client.write(message{to, own, encode_payload(work.body(i)).value()});
    } catch (const std::exception&) {
      client.end(); // what is missing tells the reader
    }
  }};
  slow_outcome outcome;
  sent.wait_until_stuck_at_or_before(work.count);
  const auto began = std::chrono::steady_clock::now();
  while (outcome.answers < work.count && outcome.ended.empty()) {
    const auto next = client.read();
    const auto expected = encode_payload(work.body(outcome.answers)).value();
    if (!next)
      outcome.ended = "no more came";
    else if (!std::ranges::equal(next->payload().view(), expected.view()))
      outcome.ended = "another one came instead";
    else
      ++outcome.answers;
    std::this_thread::sleep_for(work.pause); // the requester is slow
  }
  outcome.took = std::chrono::steady_clock::now() - began;
  client.end();
  writing.join();
  return outcome;
}

lossy_outcome ask_slowly(node& own, const flow_control_id& entrance, const slow_work& work,
                         const route& to) {
  auto requester = own.make_endpoint("requester");
  own.flow_controls().add_consumer("requester", entrance);
  sent_count sent;
  std::thread writing{[&] {
    for (int i = 0; i < work.count; ++i, sent.add_one())
      if (!requester.send(to, work.body(i), send_options{}))
        break;
  }};
  lossy_outcome outcome;
  std::set<std::string> seen;
  sent.wait_until_stuck_at_or_before(work.count);
  while (const auto next = requester.receive<std::string>({.timeout = std::chrono::seconds{2}})) {
    const auto& text = next->body();
    const auto number = text.substr(0, text.find(' '));
    if (number.empty() || number.find_first_not_of("0123456789") != std::string::npos
        || text != work.body(std::stoi(number)))
      ++outcome.broken;
    else if (!seen.insert(number).second)
      ++outcome.repeated;
    else
      ++outcome.answers;
    std::this_thread::sleep_for(work.pause);
  }
  writing.join();
  return outcome;
}

memory_growth::memory_growth(std::vector<const process*> of) : of_{std::move(of)} {
  for (const auto* each : of_) {
    before_.push_back(each->resident());
    each->forget_most_resident();
  }
}

std::vector<std::size_t> memory_growth::bytes() const {
  std::vector<std::size_t> grown;
  for (std::size_t i = 0; i < of_.size(); ++i) {
    const auto most = of_[i]->most_resident();
    grown.push_back(most > before_[i] ? most - before_[i] : 0);
  }
  return grown;
}

std::string in_mebibytes(const std::vector<std::size_t>& sizes) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(1);
  for (std::size_t i = 0; i < sizes.size(); ++i)
    text << (i > 0 ? " and " : "") << static_cast<double>(sizes[i]) / (1u << 20);
  text << " MiB";
  return text.str();
}

std::string summary(const slow_work& work, const slow_outcome& outcome,
                    const std::vector<std::size_t>& memory) {
  std::ostringstream text;
  text << outcome.answers << " of " << work.count << " in order"
       << (outcome.ended.empty() ? "" : ", then " + outcome.ended) << " in " << std::fixed
       << std::setprecision(1) << outcome.took.count() << " s; " << in_mebibytes(memory);
  return text.str();
}

std::string summary(const slow_work& work, const lossy_outcome& outcome,
                    const std::vector<std::size_t>& memory) {
  return std::to_string(outcome.answers) + " of " + std::to_string(work.count) + " intact; "
         + in_mebibytes(memory);
}

} // namespace ockam::test
