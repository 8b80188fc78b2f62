#include "bodies.hpp"

ockam::result<reading> there_and_back(const reading& value) {
  return ockam::encode_payload(value).and_then(
    [](const ockam::shared_bytes& payload) { return ockam::decode_payload<reading>(payload); });
}
