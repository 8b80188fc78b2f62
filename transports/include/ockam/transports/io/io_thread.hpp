#pragma once

#include "ockam/transports/io/basic_io_thread.hpp"
#include "ockam/transports/io/net.hpp"

namespace ockam::sdk {

using io_thread = basic_io_thread<asio_net>;

} // namespace ockam::sdk
