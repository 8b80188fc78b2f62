// Compiled with OCKAM_CASE 0 to 4, not linked: only the first is accepted.

#include "ockam/actors/service.hpp"

struct without_codec {};
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(without_codec)

namespace {

using ockam::compat::typed_actor;

#if OCKAM_CASE == 0
using interface = typed_actor<caf::result<std::string>(std::string), caf::result<bool>(bool)>;
#elif OCKAM_CASE == 1
using interface = typed_actor<caf::result<std::string>(std::string, bool)>;
#elif OCKAM_CASE == 2
using interface = typed_actor<caf::result<std::string>(std::string), caf::result<void>(bool)>;
#elif OCKAM_CASE == 3
using interface = typed_actor<caf::result<std::string>(without_codec)>;
#elif OCKAM_CASE == 4
using interface = typed_actor<caf::result<without_codec>(std::string)>;
#endif

} // namespace

void expose(ockam::node& node, const interface& actor) {
  ockam::expose_service<interface>(node, "service", actor);
}
