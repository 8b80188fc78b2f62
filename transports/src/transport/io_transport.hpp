#pragma once

#include "basic_io_transport.hpp"
#include "io/io_thread.hpp"

namespace ockam::internal {

using asio_threads = thread_options<asio_net>;

using io_transport = basic_io_transport<asio_net>;

} // namespace ockam::internal
