#pragma once

#include "basic_io_thread.hpp"
#include "net.hpp"

namespace ockam::internal {

using io_thread = basic_io_thread<asio_net>;

extern template class basic_io_thread<asio_net>;

} // namespace ockam::internal
