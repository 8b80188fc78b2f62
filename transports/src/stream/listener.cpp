#include "listener.hpp"

namespace ockam::internal {

template class basic_acceptor<asio_net, asio::generic::stream_protocol>;

} // namespace ockam::internal
