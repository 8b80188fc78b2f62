#pragma once

#include "row.hpp"

namespace bench {

/// `count` workers that come and go, beside as many plain CAF actors.
row population(std::size_t count);

} // namespace bench
