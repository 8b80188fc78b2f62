#include "connector.hpp"

#include <algorithm>

namespace ockam::tcp::detail {

void tcp_connector::arrange(std::vector<endpoint>& all) const {
  if (prefer_ != family::any)
    std::stable_partition(all.begin(), all.end(), [this](const endpoint& each) {
      return each.address().is_v4() == (prefer_ == family::ipv4_first);
    });
}

} // namespace ockam::tcp::detail
