#pragma once

#include "carrier.hpp"

#include "ockam/transports/tcp.hpp"

namespace bench {

using tcp_node = node_with<ockam::tcp::transport>;

} // namespace bench
