#include "ockam/protocol/credit.hpp"

namespace ockam {

void inbound_credit::take_for(credit_use, std::size_t bytes) noexcept {
  take(bytes);
}

void inbound_credit::give_back_from(credit_use, std::size_t bytes) noexcept {
  give_back(bytes);
}

bool inbound_credit::wake_when_output_fits(ref_ptr<waiter>) {
  return false;
}

} // namespace ockam
