#include "listener.hpp"

namespace ockam::sdk {

template class basic_acceptor<asio_net, asio::generic::stream_protocol>;

} // namespace ockam::sdk
