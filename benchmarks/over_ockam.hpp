#pragma once

#include "technology.hpp"

#include "ockam/actors/endpoint.hpp"
#include "ockam/transports/tcp.hpp"

namespace bench {

class flight;
struct tcp_node;

/// A node with connections to a server at `port` of 127.0.0.1.
class ockam_client {
public:
  /// @param onward  from a connection on
  /// @param encode  makes the body of a message from a payload
  ockam_client(const load& what, const std::string& port, const ockam::route& onward,
               ockam::raw (*encode)(const ockam::bytes& payload),
               const ockam::tcp::transport_options& options = {});
  ockam_client(const ockam_client&) = delete;
  ockam_client& operator=(const ockam_client&) = delete;
  ~ockam_client();

  void fly_by_worker(std::size_t messages); ///< a worker sends, and goes on in its handler
  void fly_by_thread(std::size_t messages); ///< the measuring thread sends and receives
  void request(std::size_t messages);       ///< the same with `send_and_receive`, one at a time

private:
  std::shared_ptr<flight> flight_;
  std::size_t window_;
  batch<ockam::raw> batch_;
  std::unique_ptr<tcp_node> own_;
  ockam::endpoint mailbox_;
  ockam::route path_;
};

} // namespace bench
