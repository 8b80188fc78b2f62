#include "transport.hpp"

#include "carrier.hpp"
#include "endpoints.hpp"

#include "ockam/protocol/text.hpp"
#include "ockam/transports/config.hpp"

#include <algorithm>

namespace ockam::udp::detail {

namespace {

/// A datagram holds a part of at least one byte, and IPv4 carries no larger one.
constexpr std::size_t smallest_datagram = datagram_overhead + 1;
constexpr std::size_t largest_datagram = 65'507;

internal::thread_options<internal::asio_net> threads_of(const transport_options& options) {
  return {options.io_threads, options.io_context, {}};
}

result<void> check(const bind_options& options) {
  if (options.datagram_size >= smallest_datagram && options.datagram_size <= largest_datagram)
    return {};
  return fail(errc::invalid_value, "datagram_size is " + std::to_string(options.datagram_size)
                                     + "; it takes " + std::to_string(smallest_datagram) + " to "
                                     + std::to_string(largest_datagram));
}

/// A message has as many datagrams as a number of two bytes counts, and a binding is never late: its
/// datagrams need not arrive.
connection_limits limited(const bind_options& options) {
  auto limits = options.limits;
  const auto part = options.datagram_size - datagram_overhead;
  limits.max_frame_size = std::min(limits.max_frame_size, 0xffff * part);
  limits.write_timeout = {};
  return limits;
}

/// Keeps the engine alive, which owns the binding.
transport_impl::binding_ptr binding_of(const std::shared_ptr<internal::connection_engine>& engine) {
  return {engine, static_cast<udp_binding*>(engine->peers())};
}

/// Any port of all addresses of a family.
endpoint any_port(const std::optional<endpoint>& peer) {
  return {peer && peer->address().is_v6() ? asio::ip::udp::v6() : asio::ip::udp::v4(), 0};
}

} // namespace

transport_impl::transport_impl(node_ptr node, const transport_options& options)
  : connecting_transport{std::move(node), "UDP"},
    defaults_{options.bind},
    in_reassembly_{make_ref<memory_budget>(options.max_reassembly_bytes)},
    threads_{this->node(), threads_of(options)} {}

void transport_impl::stop() {
  begin_stop();
  threads_.stop(connections());
}

std::vector<binding> transport_impl::bindings() const {
  std::vector<binding> handles;
  for (const auto& each : connections().all())
    handles.emplace_back(binding_of(each));
  return handles;
}

/// The defaults, with a new flow control id.
bind_options transport_impl::fresh_bind_options() const {
  auto fresh = defaults_;
  fresh.flow_control_id = flow_control_id::random();
  fresh.peer.reset();
  return fresh;
}

// -- bindings --------------------------------------------------------------------------------------

/// @param at  nothing: any port of the peer's family
void transport_impl::bind_to_peer(const std::optional<host_port>& at, bind_options options,
                                  on_bound done) {
  auto thread = threads_.next();
  auto peer = parse_destination(*options.peer);
  if (!peer)
    return done(fail(std::move(peer.error())));
  if (peer->numeric()) {
    auto place = endpoint_of(*peer);
    return done(place ? bind_now(at, options, std::move(*place), std::move(thread))
                      : result<binding_ptr>{fail(std::move(place.error()))});
  }
  const auto asked = std::make_shared<lookup>(thread->executor(), peer->host,
                                              options.resolve_timeout);
  if (!add_attempt(asked))
    return done(stopped());
  asked->start([me = self_as<transport_impl>(), at, port = peer->port, options = std::move(options),
                thread, done = std::move(done)](const lookup::outcome& found) {
    if (!found)
      return done(fail(found.error()));
    const bool socket_is_v6 = at && at->host_kind == host_port::kind::ipv6;
    auto host = choose_host(*found, socket_is_v6);
    if (!host && !at)
      host = found->front();
    if (!host)
      return done(fail(errc::invalid_value,
                       escaped(*options.peer) + " has no IPv4 address; bind [::]:0 to reach it"));
    done(me->bind_now(at, options, endpoint{*host, port}, thread));
  });
}

result<transport_impl::binding_ptr> transport_impl::bind_now(
  const std::optional<host_port>& at, const bind_options& options, std::optional<endpoint> peer,
  std::shared_ptr<internal::io_thread> thread) {
  auto where = at ? endpoint_of(*at) : any_port(peer);
  if (!where)
    return fail(std::move(where.error()));
  if (stopping())
    return stopped();
  const auto bound = std::make_shared<udp_binding>(thread->executor(), options, peer,
                                                   in_reassembly_);
  if (auto opened = bound->open(*where); !opened)
    return fail(std::move(opened.error()));
  auto over = std::make_unique<datagram_carrier>(bound, options, node()->buffer_budget());
  internal::link::setup setup{.limits = limited(options),
                              .mode = connection_mode::outgoing,
                              .peer = peer ? to_text(*peer)
                                           : "the peers of " + bound->socket_address(),
                              .id = options.flow_control_id,
                              .spawner_id = {},
                              .consumer_of = options.consumer_of,
                              .observer = options.observer,
                              .explain_drops = options.explain_drops,
                              .buffers = node()->buffer_budget()};
  const auto made = std::make_shared<internal::connection_engine>(
    setup, internal::udp_format, std::move(thread), std::move(over));
  bound->attach(made);
  made->set_addressing(bound);
  if (auto opened = made->open(node(), std::move(setup)); !opened)
    return fail(std::move(opened.error()));
  made->set_on_end(removal());
  add(made);
  made->start();
  return binding_of(made);
}

result<transport_impl::binding_ptr> transport_impl::bind(std::string_view at,
                                                         bind_options options) {
  const auto where = parse_listen(at);
  if (!where)
    return fail(where.error());
  if (auto sound = check(options); !sound)
    return fail(std::move(sound.error()));
  if (!options.peer)
    return bind_now(*where, options, {}, threads_.next());
  return wait_for<binding_ptr>({"bind to a peer", "bind on a thread of your own"},
                               [&](on_bound done) {
                                 bind_to_peer(*where, std::move(options), std::move(done));
                               });
}

void transport_impl::connect_to(std::string_view peer, on_connected done,
                                std::optional<std::chrono::milliseconds> idle_timeout) {
  auto options = fresh_bind_options();
  options.peer = std::string{peer};
  if (idle_timeout)
    options.limits.idle_timeout = *idle_timeout;
  if (auto sound = check(options); !sound)
    return done(fail(std::move(sound.error())));
  bind_to_peer({}, std::move(options), [done = std::move(done)](result<binding_ptr> made) {
    done(std::move(made).map([](const binding_ptr& bound) {
      return connection{
        std::static_pointer_cast<internal::connection_engine>(bound->engine().shared_from_this())};
    }));
  });
}

} // namespace ockam::udp::detail

namespace ockam::udp {

binding::binding(std::shared_ptr<detail::udp_binding> impl) : impl_{std::move(impl)} {}

const address& binding::sender_address() const noexcept {
  return impl_->engine().sender_address();
}

const address& binding::receiver_address() const noexcept {
  return impl_->engine().receiver_address();
}

const std::string& binding::socket_address() const noexcept {
  return impl_->socket_address();
}

std::uint16_t binding::port() const noexcept {
  return impl_->local().port();
}

std::optional<std::string> binding::peer() const {
  return impl_->tied_to() ? std::optional{impl_->engine().peer()} : std::nullopt;
}

const flow_control_id& binding::flow_control_id() const noexcept {
  return impl_->engine().flow_control_id();
}

bool binding::is_open() const noexcept {
  return impl_->engine().is_open();
}

std::size_t binding::pending_bytes() const noexcept {
  return impl_->engine().pending_bytes();
}

connection_metrics binding::metrics() const noexcept {
  return impl_->engine().metrics();
}

bool binding::flush(std::chrono::milliseconds timeout) const {
  return impl_->engine().wait_until_written(timeout);
}

result<void> binding::try_close() const {
  return impl_->engine().disconnect();
}

transport::transport(std::shared_ptr<detail::transport_impl> impl)
  : transport_handle{impl}, impl_{std::move(impl)} {}

transport transport::create(node& on) {
  return create(on, transport_options_from(on.system().config()));
}

transport transport::create(node& on, transport_options options) {
  detail::threads_of(options).check();
  return transport{internal::attach_started(on.services(), "UDP", [&] {
    return std::make_shared<detail::transport_impl>(on.services(), options);
  })};
}

bind_options transport::default_bind_options() const {
  return impl_->fresh_bind_options();
}

binding transport::bind(std::string_view at) {
  return bind(at, default_bind_options());
}

result<binding> transport::try_bind(std::string_view at) {
  return try_bind(at, default_bind_options());
}

binding transport::bind(std::string_view at, bind_options options) {
  return value_or_throw(try_bind(at, std::move(options)));
}

result<binding> transport::try_bind(std::string_view at, bind_options options) {
  return impl_->bind(at, std::move(options)).map([](const auto& made) { return binding{made}; });
}

std::vector<binding> transport::bindings() const {
  return impl_->bindings();
}

} // namespace ockam::udp
