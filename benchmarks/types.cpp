#include "types.hpp"

#include "ockam/actors/caf.hpp"

#if defined(OCKAM_HAVE_CAF_IO) && CAF_MAJOR_VERSION >= 1
#  include <caf/io/middleman.hpp>
#endif

namespace bench {

void init_types() {
  ockam::compat::init_message_types<caf::id_block::ockam, caf::id_block::ockam_bench>();
#if defined(OCKAM_HAVE_CAF_IO) && CAF_MAJOR_VERSION >= 1
  caf::io::middleman::init_global_meta_objects();
#endif
}

std::string caf_version() {
  return std::to_string(CAF_MAJOR_VERSION) + '.' + std::to_string(CAF_MINOR_VERSION) + '.'
         + std::to_string(CAF_PATCH_VERSION);
}

} // namespace bench
