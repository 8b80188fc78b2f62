#include "ockam/protocol/detail/credit.hpp"

namespace ockam {

void inbound_credit::take_for(credit_use, std::size_t bytes) noexcept {
  take(bytes);
}

void inbound_credit::give_back_from(credit_use, std::size_t bytes) noexcept {
  give_back(bytes);
}

void inbound_credit::give_back_together(credit_use use, std::size_t messages,
                                        std::size_t bytes) noexcept {
  for (; messages > 0; --messages, bytes = 0) {
    if (use == credit_use::received)
      give_back(bytes);
    else
      give_back_from(use, bytes);
  }
}

std::size_t inbound_credit::output_room(std::size_t) const noexcept {
  return SIZE_MAX;
}

bool inbound_credit::wake_when_output_fits(ref_ptr<capacity_listener>) {
  return false;
}

} // namespace ockam
