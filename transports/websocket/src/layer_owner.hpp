#pragma once

#include <boost/system/error_code.hpp>

namespace ockam::websocket::detail {

/// The owner of a `buffered_layer`, notified of its bytes.
class layer_owner {
public:
  virtual ~layer_owner() = default;
  virtual void input_wanted() = 0; ///< the input is empty
  virtual void input_came() = 0;
  virtual void output_went() = 0; ///< a part of it
  virtual void output_done() = 0; ///< the output is empty
  virtual void output_failed(const boost::system::error_code& failed) = 0;
};

} // namespace ockam::websocket::detail
