#include "connector.hpp"

#include <algorithm>
#include <iterator>

namespace ockam::tcp::detail {

/// Not by std::stable_partition: that of libstdc++ 12 is deprecated within, as newer Clang says.
void tcp_connector::arrange(std::vector<endpoint>& all) const {
  if (prefer_ == family::any)
    return;
  const auto is_other = [this](const endpoint& each) {
    return each.address().is_v4() != (prefer_ == family::ipv4_first);
  };
  std::vector<endpoint> others;
  std::ranges::copy_if(all, std::back_inserter(others), is_other);
  std::erase_if(all, is_other);
  std::ranges::copy(others, std::back_inserter(all));
}

} // namespace ockam::tcp::detail
