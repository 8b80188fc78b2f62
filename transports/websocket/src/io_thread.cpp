#include "io_thread.hpp"

template class ockam::internal::basic_io_thread<ockam::websocket::detail::boost_net>;
