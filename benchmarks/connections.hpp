#pragma once

#include "row.hpp"

namespace bench {

/// Messages to a hundred quick workers, each by a connection of its own; without and with another
/// connection to a worker that blocks for 100 ms a message.
row slow_worker(std::size_t messages);
row new_slow_worker(std::size_t messages);

/// The same, without and with another connection whose requester asks for far more than it reads.
row slow_requester(std::size_t messages);

/// What `count` connections that have nothing to do take of the heap, both their ends here: new ones,
/// and such as have carried a message each way.
row idle_connections(std::size_t count);

/// In a child: the quick workers, the slow one, and one that answers with much.
void serve_slow_parties();

} // namespace bench
