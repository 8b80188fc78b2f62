#include "support.hpp"

#include "ockam/actors/caf.hpp"
#include "ockam/actors/detail/caf_compat.hpp"
#include "ockam/actors/log.hpp"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  ockam::compat::init_message_types<caf::id_block::ockam>();
  ockam::set_log_sink(
    [](ockam::log_level level, std::string_view line) {
      ockam::test::keep_logged_line(to_string(level), line);
    },
    ockam::log_level::debug);
  return RUN_ALL_TESTS();
}
