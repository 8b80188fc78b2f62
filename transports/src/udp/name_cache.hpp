#pragma once

#include "ockam/protocol/message.hpp"
#include "ockam/protocol/result.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <asio/ip/address.hpp>

namespace ockam::udp::detail {

/// Names of hosts and their addresses. No thread blocks for an answer: messages are queued, in order.
/// Thread-safe; the caller of `find` looks the name up and calls `found` or `failed`.
class name_cache {
public:
  using clock = std::chrono::steady_clock;

  struct waiting {
    message content;
    std::uint16_t port;
  };

  struct answer {
    std::optional<asio::ip::address> known{}; // otherwise the message was moved and waits
    bool look_up = false;                     // no caller does yet
  };

  /// - errc::resource_exhausted  too many names are looked up, or too many messages wait for this one
  /// - errc::not_found           closed
  result<answer> find(const std::string& host, std::uint16_t port, message& content,
                      clock::time_point now);

  /// Hands each message that waits for `host` to `send`, also those that come meanwhile.
  void found(const std::string& host, const asio::ip::address& where, clock::time_point now,
             const std::function<void(waiting&&)>& send);

  /// The name is forgotten. @returns the messages that waited for it
  std::vector<waiting> failed(const std::string& host);

  /// The end. @returns all messages that wait
  std::vector<waiting> close();

private:
  struct entry {
    std::optional<asio::ip::address> known{};
    clock::time_point since{}; // of the answer, or of the question
    std::vector<waiting> messages{};
  };

  bool make_room();

  std::mutex mutex_;
  std::map<std::string, entry> names_;
  bool closed_ = false;
};

} // namespace ockam::udp::detail
