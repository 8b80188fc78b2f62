#include "raw_websocket.hpp"

#include <array>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/sha.h>

namespace ockam::test {

namespace {

void put(bytes& to, std::uint64_t number, int size) {
  while (--size >= 0)
    to.push_back(static_cast<std::uint8_t>(number >> 8 * size));
}

std::uint64_t get(const bytes& from) {
  std::uint64_t number = 0;
  for (const auto each : from)
    number = number << 8 | each;
  return number;
}

void apply_mask(bytes& payload, std::uint32_t mask) {
  for (std::size_t i = 0; i < payload.size(); ++i)
    payload[i] ^= static_cast<std::uint8_t>(mask >> 8 * (3 - i % 4));
}

} // namespace

bytes ws_frame::encode() const {
  bytes data;
  data.push_back(static_cast<std::uint8_t>((fin ? 0x80 : 0) | opcode));
  const auto size = payload.size();
  const auto mask_bit = static_cast<std::uint8_t>(mask ? 0x80 : 0);
  if (size < 126) {
    data.push_back(static_cast<std::uint8_t>(mask_bit | size));
  } else if (size <= 0xffff) {
    data.push_back(mask_bit | 126);
    put(data, size, 2);
  } else {
    data.push_back(mask_bit | 127);
    put(data, size, 8);
  }
  auto body = payload;
  if (mask) {
    put(data, *mask, 4);
    apply_mask(body, *mask);
  }
  data.insert(data.end(), body.begin(), body.end());
  return data;
}

std::uint16_t ws_frame::close_code() const {
  return opcode == close && payload.size() >= 2
           ? static_cast<std::uint16_t>(payload[0] << 8 | payload[1])
           : 0;
}

ws_frame masked(std::uint8_t opcode, bytes payload, bool fin) {
  return {opcode, std::move(payload), fin, 0x37fa213d};
}

ws_frame raw_websocket::read() const {
  const auto head = peer_.read(2);
  if (head.size() < 2)
    return {.opcode = 0xff};
  ws_frame frame{.opcode = static_cast<std::uint8_t>(head[0] & 0x0f), .fin = (head[0] & 0x80) != 0};
  std::uint64_t size = head[1] & 0x7f;
  if (size == 126)
    size = get(peer_.read(2));
  else if (size == 127)
    size = get(peer_.read(8));
  if ((head[1] & 0x80) != 0)
    frame.mask = static_cast<std::uint32_t>(get(peer_.read(4)));
  frame.payload = peer_.read(size);
  if (frame.mask)
    apply_mask(frame.payload, *frame.mask);
  return frame;
}

raw_websocket raw_websocket::connect_to(std::uint16_t port, const std::string& path) {
  raw_websocket made{raw_peer::connect_to(port)};
  const auto request = upgrade_request(path);
  write_text(made.peer_, request);
  const auto answer = read_head(made.peer_);
  if (!answer.starts_with("HTTP/1.1 101 ") || answer.find(accept_for(request)) == std::string::npos)
    throw std::runtime_error{"no upgrade: " + answer};
  return made;
}

raw_websocket raw_websocket::accept_from(const raw_listener& listener) {
  raw_websocket made{listener.accept()};
  made.request_ = agree_to_upgrade(made.peer_);
  return made;
}

std::string agree_to_upgrade(const raw_peer& client) {
  auto request = read_head(client);
  write_text(client, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
                     "Upgrade\r\nSec-WebSocket-Accept: "
                       + accept_for(request) + "\r\n\r\n");
  return request;
}

std::string read_head(const raw_peer& from) {
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    const auto next = from.read(1);
    if (next.empty())
      break;
    head += static_cast<char>(next.front());
  }
  return head;
}

void write_text(const raw_peer& to, const std::string& what) {
  to.write(as_bytes(what));
}

std::string upgrade_request(const std::string& path, const std::string& more) {
  return "GET " + path
         + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
         + more + "\r\n";
}

std::string accept_for(const std::string& request) {
  static const std::string field = "Sec-WebSocket-Key: ";
  const auto at = request.find(field);
  if (at == std::string::npos)
    throw std::runtime_error{"a request without a key: " + request};
  const auto begin = at + field.size();
  const auto key = request.substr(begin, request.find('\r', begin) - begin)
                   + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest.data());
  std::array<unsigned char, 64> encoded;
  const auto size = EVP_EncodeBlock(encoded.data(), digest.data(), digest.size());
  return {encoded.begin(), encoded.begin() + size};
}

} // namespace ockam::test
