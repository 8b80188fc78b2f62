// Compiled with OCKAM_CASE 0 to 6, not linked: only the first is accepted.

#include "ockam/actors/node.hpp"

using namespace ockam;

namespace {

struct reading {
  double celsius = 0;
};

#if OCKAM_CASE == 0
struct worker {
  result<void> handle_message(context& ctx, const routed<std::string>& received) {
    return ctx.send(received.return_route(), "taken");
  }
};
#elif OCKAM_CASE == 1
struct worker {
  void handle_mesage(context&, const routed<std::string>&) {}
};
#elif OCKAM_CASE == 2
struct worker {
  void handle_message(context&, const std::string&) {}
};
#elif OCKAM_CASE == 3
struct worker {
  void handle_message(const routed<std::string>&) {}
};
#elif OCKAM_CASE == 4
struct worker {
  void handle_message(context&, const routed<reading>& received) {
    static_cast<void>(received.body());
  }
};
#elif OCKAM_CASE == 5
struct worker {
  result<void> handle_message(context& ctx, const routed<any_body>& received) {
    return ctx.send(received.return_route(), reading{21.5});
  }
};
#elif OCKAM_CASE == 6
struct worker {
  void handle_message(context&, const routed<any_body>&) {}
};
#endif

} // namespace

void start(node& on) {
#if OCKAM_CASE == 6
  on.start_processor("worker", worker{});
#else
  on.start_worker("worker", worker{});
#endif
}
