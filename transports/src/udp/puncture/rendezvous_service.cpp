#include "ockam/transports/puncture.hpp"

#include <algorithm>

namespace ockam::udp {

result<void> rendezvous_service::handle_message(context& ctx,
                                                const routed<rendezvous_request>& asked) {
  const auto question = asked.try_body();
  if (!question)
    return fail(question.error());
  const auto& back = asked.return_route();
  if (*question == rendezvous_request::ping)
    return ctx.send(back, rendezvous_response{});
  const auto from = std::find_if(back.begin(), back.end(), [](address_view hop) {
    return hop.type() == transport_type::udp;
  });
  if (from == back.end())
    return {}; // a requester over another transport has no UDP address
  return ctx.send(back, rendezvous_response{std::string{(*from).value()}});
}

} // namespace ockam::udp
