#include "endpoints.hpp"

#include "ockam/protocol/text.hpp"
#include "ockam/transports/io/numeric_endpoint.hpp"

namespace ockam::udp::detail {

std::string to_text(const endpoint& where) {
  const auto host = where.address().to_string();
  const auto port = std::to_string(where.port());
  return where.address().is_v6() ? '[' + host + "]:" + port : host + ':' + port;
}

address address_of(const endpoint& where) {
  return {transport_type::udp, to_text(where)};
}

result<endpoint> endpoint_of(const host_port& where) {
  return internal::numeric_endpoint<endpoint>(where);
}

result<host_port> parse_destination(std::string_view text) {
  auto where = parse_peer(text);
  if (where && where->port == 0)
    return fail(errc::invalid_value, escaped(text) + " has port 0, where no peer can be reached");
  return where;
}

} // namespace ockam::udp::detail
