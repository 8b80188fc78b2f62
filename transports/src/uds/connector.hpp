#pragma once

#include "socket_name.hpp"

#include "ockam/transports/io/basic_connector.hpp"
#include "ockam/transports/io/stream_socket.hpp"
#include "ockam/transports/uds.hpp"

#include <asio/steady_timer.hpp>

namespace ockam::uds::detail {

/// Connects to a name. That takes no time, unless the queue of the listener is full: then this tries
/// again until the time-out.
class uds_connector final
  : public internal::basic_connector<internal::asio_net, internal::stream_socket> {
public:
  uds_connector(thread_ptr on, socket_name peer, const connect_options& options)
    : basic_connector{std::move(on), peer.text(), {options.connect_timeout, options.retry_for}},
      peer_{std::move(peer)},
      pause_{thread()->executor()} {}

private:
  void attempt() override;
  void stop_attempt() override { pause_.cancel(); }
  [[nodiscard]] std::string_view advice_when_late() const override {
    return "the listener accepts no connection; is the other node busy, or has it reached "
           "max-connections?";
  }

  const socket_name peer_;
  asio::steady_timer pause_;
};

} // namespace ockam::uds::detail
