#pragma once

#include <boost/system/error_code.hpp>

namespace ockam::websocket::detail {

/// The owner of a `buffered_layer`, notified of its bytes.
class layer_owner {
public:
  virtual ~layer_owner() = default;
  virtual void input_wanted() = 0; ///< and there is none
  virtual void input_came() = 0;
  virtual void output_went() = 0; ///< some of it
  virtual void output_done() = 0; ///< nothing waits
  virtual void output_failed(const boost::system::error_code& failed) = 0;
};

} // namespace ockam::websocket::detail
