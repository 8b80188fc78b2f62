#pragma once

#include "../socket/connector.hpp"
#include "socket_name.hpp"

#include "ockam/transports/uds.hpp"

#include <asio/steady_timer.hpp>

namespace ockam::uds::detail {

/// Connects to a name. That takes no time, unless the queue of the listener is full: then this tries
/// again until the time-out.
class uds_connector final : public internal::connector {
public:
  uds_connector(const asio::any_io_executor& executor, socket_name peer,
                const connect_options& options);

private:
  void find() override;
  void stop_finding() override { pause_.cancel(); }
  [[nodiscard]] std::string_view advice_when_late() const override {
    return "the listener accepts nobody; is the other node busy, or has it reached "
           "max-connections?";
  }

  const socket_name peer_;
  asio::steady_timer pause_;
};

} // namespace ockam::uds::detail
