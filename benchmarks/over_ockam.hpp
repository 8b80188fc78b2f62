#pragma once

#include "carrier.hpp"
#include "technology.hpp"

#include "ockam/actors/endpoint.hpp"

namespace bench {

class flight;

/// A node with connections to a server.
class ockam_client {
public:
  /// @param place   where the server listens
  /// @param onward  from a connection on
  /// @param encode  makes the body of a message from a payload
  ockam_client(std::unique_ptr<carrier> own, const load& what, const std::string& place,
               const ockam::route& onward, ockam::raw_body (*encode)(const ockam::bytes& payload));
  ockam_client(const ockam_client&) = delete;
  ockam_client& operator=(const ockam_client&) = delete;
  ~ockam_client();

  void fly_by_worker(std::size_t messages); ///< a worker sends, and goes on in its handler
  void fly_by_thread(std::size_t messages); ///< the measuring thread sends and receives
  void request(std::size_t messages);       ///< the same with `send_and_receive`, one at a time

private:
  std::shared_ptr<flight> flight_;
  std::size_t window_;
  batch<ockam::raw_body> batch_;
  std::unique_ptr<carrier> own_;
  ockam::endpoint mailbox_;
  ockam::route path_;
};

} // namespace bench
