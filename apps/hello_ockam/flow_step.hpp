#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hello_ockam {

/// What an observer sees of a message at one point of its way. Addresses are text, `0#echoer`.
struct flow_step {
  enum class kind : std::uint8_t {
    delivery, ///< `from` has sent, `to` is where it arrives
    write,    ///< the connection `from` has put it on the wire to the peer `to`
    read,     ///< the connection `from` has read it from the peer `to`
    drop,     ///< it ends here, for the reason `to`
  };
  kind what = kind::delivery;
  std::string from;
  std::string to;
  std::vector<std::string> onward_route;
  std::vector<std::string> return_route;
  std::size_t payload_bytes = 0;
  std::string content; ///< a hash of payload and tracing context, 16 hex digits

  bool operator==(const flow_step&) const = default;
};

/// The steps of one node. Pictures have an end: what is beyond `max_drawn_steps` is only counted.
struct flow_node {
  std::string name;
  std::vector<flow_step> steps;
  std::size_t left_out = 0;
};
inline constexpr std::size_t max_drawn_steps = 500;

/// Whether an address is one that a node made up: local, 32 hex digits, and behind them `+e1` where a
/// request waits for its reply.
bool is_random_address(const std::string& address);

} // namespace hello_ockam
