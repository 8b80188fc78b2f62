#include "io_thread.hpp"

namespace ockam::internal {

template class basic_io_thread<asio_net>;

} // namespace ockam::internal
