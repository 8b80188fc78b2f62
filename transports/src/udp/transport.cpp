#include "transport.hpp"

#include "endpoints.hpp"

#include "node_state.hpp"

#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <future>

#include <asio/dispatch.hpp>
#include <asio/post.hpp>

namespace ockam::udp::detail {

namespace {

constexpr std::chrono::milliseconds tick{50};

/// For what is queued when the node stops.
constexpr std::chrono::milliseconds stop_grace{500};

/// A datagram holds a part of at least one byte, and IPv4 carries no larger one.
constexpr std::size_t smallest_datagram = datagram_overhead + 1;
constexpr std::size_t largest_datagram = 65'507;

tl::unexpected<error> stopped() {
  return fail(errc::shutting_down, "the UDP transport has stopped; create another one");
}

result<void> check(const bind_options& options) {
  if (options.datagram_size >= smallest_datagram && options.datagram_size <= largest_datagram)
    return {};
  return fail(errc::invalid_value, "datagram_size is " + std::to_string(options.datagram_size)
                                     + "; it takes " + std::to_string(smallest_datagram) + " to "
                                     + std::to_string(largest_datagram));
}

/// Any port of all addresses of a family.
endpoint any_port(const std::optional<endpoint>& peer) {
  return {peer && peer->address().is_v6() ? asio::ip::udp::v6() : asio::ip::udp::v4(), 0};
}

} // namespace

transport_impl::transport_impl(std::shared_ptr<internal::node_state> node,
                               const transport_options& options)
  : node_{std::move(node)},
    defaults_{options.bind},
    in_reassembly_{make_ref<memory_budget>(options.max_reassembly_bytes)} {
  for (std::size_t i = 0; i < std::max<std::size_t>(1, options.io_threads); ++i) {
    threads_.push_back(
      options.io_context != nullptr
        ? std::make_shared<internal::io_thread>(node_, *options.io_context)
        : std::make_shared<internal::io_thread>(node_, std::chrono::microseconds{0}));
    ticks_.push_back(std::make_unique<asio::steady_timer>(threads_.back()->executor()));
  }
}

/// The defaults, with a flow control id that nobody else has.
bind_options transport_impl::fresh_bind_options() const {
  auto fresh = defaults_;
  fresh.flow_control_id = flow_control_id::random();
  fresh.peer.reset();
  return fresh;
}

void transport_impl::start() {
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    asio::post(threads_[i]->executor(), [me = shared_from_this(), i] { me->watch_deadlines(i); });
    threads_[i]->start();
  }
}

std::shared_ptr<internal::io_thread> transport_impl::next_thread() {
  return threads_[next_thread_.fetch_add(1, std::memory_order_relaxed) % threads_.size()];
}

void transport_impl::watch_deadlines(std::size_t index) {
  ticks_[index]->expires_after(tick);
  ticks_[index]->async_wait([weak = weak_from_this(), index](const std::error_code& cancelled) {
    const auto me = weak.lock();
    if (cancelled || !me || me->stopping_)
      return;
    const auto now = udp_binding::clock::now();
    for (const auto& each : me->bindings_.all())
      if (each->thread() == me->threads_[index])
        each->check_deadlines(now);
    me->watch_deadlines(index);
  });
}

// -- bindings --------------------------------------------------------------------------------------

/// @param at  nothing: any port of the peer's family
void transport_impl::bind(std::optional<std::string> at, bind_options options, on_bound done) {
  if (auto sound = check(options); !sound)
    return done(fail(std::move(sound.error())));
  std::optional<host_port> where;
  if (at) {
    auto parsed = parse_listen(*at);
    if (!parsed)
      return done(fail(std::move(parsed.error())));
    where = std::move(*parsed);
  }
  auto thread = next_thread();
  if (!options.peer)
    return done(bind_now(where, std::move(options), {}, std::move(thread)));
  auto peer = parse_destination(*options.peer);
  if (!peer)
    return done(fail(std::move(peer.error())));
  if (peer->numeric()) {
    auto place = endpoint_of(*peer);
    return done(place ? bind_now(where, std::move(options), std::move(*place), std::move(thread))
                      : result<binding_ptr>{fail(std::move(place.error()))});
  }
  const auto asked = std::make_shared<lookup>(thread->executor(), peer->host,
                                              options.resolve_timeout);
  if (!add_lookup(asked))
    return done(stopped());
  asked->start([me = shared_from_this(), where, port = peer->port, options = std::move(options),
                thread, done = std::move(done)](const lookup::outcome& found) {
    if (!found)
      return done(fail(found.error()));
    const bool socket_is_v6 = where && where->host_kind == host_port::kind::ipv6;
    auto host = choose(*found, socket_is_v6);
    if (!host && !where)
      host = found->front();
    if (!host)
      return done(fail(errc::invalid_value,
                       escaped(*options.peer) + " has no IPv4 address; bind [::]:0 to reach it"));
    done(me->bind_now(where, options, endpoint{*host, port}, thread));
  });
}

result<transport_impl::binding_ptr> transport_impl::bind_now(
  const std::optional<host_port>& at, bind_options options, std::optional<endpoint> peer,
  std::shared_ptr<internal::io_thread> thread) {
  auto where = at ? endpoint_of(*at) : any_port(peer);
  if (!where)
    return fail(std::move(where.error()));
  if (stopping_)
    return stopped();
  internal::link::setup setup{.limits = options.limits,
                              .mode = connection_mode::outgoing,
                              .id = options.flow_control_id,
                              .spawner_id = {},
                              .consumer_of = options.consumer_of,
                              .observer = options.observer,
                              .buffers = node_->buffers};
  auto made = std::make_shared<udp_binding>(setup, std::move(options), peer, std::move(thread),
                                            in_reassembly_);
  if (auto taken = made->take_port(*where); !taken)
    return fail(std::move(taken.error()));
  setup.peer = peer ? to_text(*peer) : "the peers of " + made->socket_address();
  if (auto opened = made->open(node_, std::move(setup)); !opened)
    return fail(std::move(opened.error()));
  made->set_on_end([weak = weak_from_this()](const binding_ptr& ended) {
    if (const auto me = weak.lock())
      me->bindings_.remove(ended->sender_address());
  });
  bindings_.add(made->sender_address(), made);
  made->start();
  return made;
}

/// False when the transport has stopped: nobody would serve it.
bool transport_impl::add_lookup(const std::shared_ptr<lookup>& asked) {
  const std::lock_guard guard{lookups_mutex_};
  if (stopping_)
    return false;
  std::erase_if(lookups_, [](const auto& each) { return each.expired(); });
  lookups_.push_back(asked);
  return true;
}

result<transport_impl::binding_ptr> transport_impl::bind_and_wait(std::optional<std::string> at,
                                                                  bind_options options) {
  for (const auto& thread : threads_)
    if (options.peer && thread->is_this_thread())
      return fail(errc::misuse,
                  "binding to a peer waits, which would block the thread it waits for");
  const auto promise = std::make_shared<std::promise<result<binding_ptr>>>();
  bind(std::move(at), std::move(options),
       [promise](result<binding_ptr> made) { promise->set_value(std::move(made)); });
  return promise->get_future().get(); // the time for a name ends it at the latest
}

result<address> transport_impl::resolve(const address& remote) {
  auto options = fresh_bind_options();
  options.peer = std::string{remote.value()};
  return bind_and_wait({}, std::move(options)).map([](const binding_ptr& made) {
    return made->sender_address();
  });
}

void transport_impl::resolve_implicitly(const address& remote,
                                        std::function<void(result<address>)> ready) {
  auto options = fresh_bind_options();
  options.peer = std::string{remote.value()};
  options.limits.idle_timeout = node_->options.implicit_idle_timeout;
  implicit_.get(std::string{remote.value()}, std::move(ready), [&](auto done) {
    bind({}, std::move(options), [done = std::move(done)](result<binding_ptr> made) {
      done(std::move(made).map([](const binding_ptr& link) { return connection{link}; }));
    });
  });
}

result<void> transport_impl::disconnect(const address& any) {
  for (const auto& each : bindings_.all())
    if (each->sender_address() == any || each->receiver_address() == any)
      return each->disconnect();
  return fail(errc::not_found,
              "no binding of this transport has the address " + escaped(to_string(any)));
}

// -- the end ---------------------------------------------------------------------------------------

void transport_impl::stop() {
  {
    const std::lock_guard guard{lookups_mutex_};
    if (stopping_.exchange(true))
      return;
    for (const auto& each : lookups_)
      if (const auto asked = each.lock())
        asked->cancel();
  }
  for (const auto& each : bindings_.all())
    each->close();
  if (!threads_.front()->is_this_thread()) // a host may stop the node in its own loop
    bindings_.wait_until_empty(stop_grace);
  for (const auto& each : bindings_.all()) // the system did not take their last datagrams in time
    asio::dispatch(each->thread()->executor(), [each] {
      each->end(error{errc::shutting_down, "the node has stopped"});
    });
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    asio::dispatch(threads_[i]->executor(),
                   [me = shared_from_this(), i] { me->ticks_[i]->cancel(); });
    threads_[i]->stop(stop_grace);
  }
}

} // namespace ockam::udp::detail

namespace ockam::udp {

binding::binding(std::shared_ptr<detail::udp_binding> impl) : impl_{std::move(impl)} {}

const address& binding::sender_address() const noexcept {
  return impl_->sender_address();
}

const address& binding::receiver_address() const noexcept {
  return impl_->receiver_address();
}

const std::string& binding::socket_address() const noexcept {
  return impl_->socket_address();
}

std::uint16_t binding::port() const noexcept {
  return impl_->local().port();
}

std::optional<std::string> binding::peer() const {
  return impl_->tied_to() ? std::optional{impl_->peer()} : std::nullopt;
}

const flow_control_id& binding::flow_control_id() const noexcept {
  return impl_->flow_control_id();
}

bool binding::is_open() const noexcept {
  return impl_->is_open();
}

std::size_t binding::pending_bytes() const noexcept {
  return impl_->pending_bytes();
}

bool binding::flush(std::chrono::milliseconds timeout) const {
  return impl_->wait_until_written(timeout);
}

result<void> binding::stop() const {
  return impl_->disconnect();
}

transport::transport(std::shared_ptr<detail::transport_impl> impl) : impl_{std::move(impl)} {}

transport transport::create(node& on, transport_options options) {
  if (options.io_context != nullptr && options.io_threads > 1)
    throw failure{error{errc::misuse, "io_threads is " + std::to_string(options.io_threads)
                                        + ", but the io_context of the host runs everything; set "
                                          "only one of the two"}};
  auto impl = std::make_shared<detail::transport_impl>(on.state(), options);
  value_or_throw(attach_transport(on.state(), impl));
  impl->start();
  return transport{std::move(impl)};
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
  return impl_->bind_and_wait(std::string{at}, std::move(options)).map([](const auto& made) {
    return binding{made};
  });
}

result<void> transport::disconnect(const address& any) {
  return impl_->disconnect(any);
}

std::vector<binding> transport::bindings() const {
  std::vector<binding> handles;
  for (auto& each : impl_->bindings().all())
    handles.emplace_back(std::move(each));
  return handles;
}

} // namespace ockam::udp
