#include "transport.hpp"

#include "log.hpp"
#include "node_state.hpp"

#include <algorithm>
#include <future>

#include <asio/dispatch.hpp>
#include <asio/post.hpp>

namespace ockam::internal {

namespace {

constexpr std::chrono::milliseconds tick{50};

/// For what is queued when the node stops.
constexpr std::chrono::milliseconds stop_grace{500};

} // namespace

void check(const socket_transport::threads& options) {
  if (options.of_the_host != nullptr && options.count > 1)
    throw failure{error{errc::misuse, "io_threads is " + std::to_string(options.count)
                                        + ", but the io_context of the host runs everything; set "
                                          "only one of the two"}};
  if (options.of_the_host != nullptr && options.poll_before_sleeping.count() > 0)
    throw failure{error{errc::misuse,
                        "poll_before_sleeping is for threads of the transport, and the "
                        "io_context of the host runs everything; set only one of the two"}};
  if (options.poll_before_sleeping.count() < 0)
    throw failure{
      error{errc::invalid_value, "poll_before_sleeping is "
                                   + std::to_string(options.poll_before_sleeping.count())
                                   + " us; it takes 0 or more"}};
}

socket_transport::socket_transport(node_ptr node, const stream_format& format, std::string name,
                                   const threads& threads)
  : transport_base{std::move(node)}, format_{format}, name_{std::move(name)} {
  for (std::size_t i = 0; i < std::max<std::size_t>(1, threads.count); ++i) {
    threads_.push_back(threads.of_the_host != nullptr
                         ? std::make_shared<io_thread>(this->node(), *threads.of_the_host)
                         : std::make_shared<io_thread>(this->node(), threads.poll_before_sleeping));
    ticks_.push_back(std::make_unique<asio::steady_timer>(threads_.back()->executor()));
  }
}

void socket_transport::start() {
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    asio::post(threads_[i]->executor(), [me = self(), i] { me->watch_deadlines(i); });
    threads_[i]->start();
  }
}

tl::unexpected<error> socket_transport::stopped() const {
  return fail(errc::shutting_down, "the " + name_ + " transport has stopped; create another one");
}

std::shared_ptr<io_thread> socket_transport::next_thread() {
  return threads_[next_thread_.fetch_add(1, std::memory_order_relaxed) % threads_.size()];
}

/// Nothing else is ever added to the connections of this transport.
std::vector<std::shared_ptr<socket_connection>> socket_transport::sockets() const {
  std::vector<std::shared_ptr<socket_connection>> all;
  for (auto& each : connections().all())
    all.push_back(std::static_pointer_cast<socket_connection>(std::move(each)));
  return all;
}

void socket_transport::watch_deadlines(std::size_t index) {
  ticks_[index]->expires_after(tick);
  ticks_[index]->async_wait([weak = weak_from_this(), index](const std::error_code& cancelled) {
    const auto me = lock(weak);
    if (cancelled || !me || me->stopping_)
      return;
    const auto now = socket_connection::clock::now();
    for (const auto& each : me->sockets())
      if (each->thread() == me->threads_[index])
        each->check_deadlines(now);
    me->watch_deadlines(index);
  });
}

// -- connections -----------------------------------------------------------------------------------

result<std::shared_ptr<socket_connection>> socket_transport::take_on(
  stream_socket socket, const on_socket& prepare, link::setup setup,
  std::shared_ptr<io_thread> thread, const std::shared_ptr<socket_listener>& accepted_by,
  const std::function<void(socket_connection&)>& configure) {
  auto peer = prepare(socket);
  if (!peer)
    return fail(std::move(peer.error()));
  setup.peer = std::move(*peer);
  setup.buffers = node()->buffers;
  auto taken = std::make_shared<socket_connection>(setup, format_, std::move(thread),
                                                   std::move(socket));
  if (auto opened = taken->open(node(), std::move(setup)); !opened)
    return fail(std::move(opened.error()));
  if (configure)
    configure(*taken);
  taken->set_on_end(
    [weak = weak_from_this(), accepted_by](const std::shared_ptr<socket_connection>& ended) {
      if (accepted_by)
        accepted_by->connection_ended();
      if (const auto me = lock(weak))
        me->remove(*ended);
    });
  add(taken);
  taken->start();
  return taken;
}

void socket_transport::connect(connecting how, on_connected done) {
  const auto thread = next_thread();
  const auto attempt = how.make_connector(thread->executor());
  if (!add_attempt(attempt))
    return done(stopped());
  attempt->start([me = self(), thread, how = std::move(how),
                  done = std::move(done)](result<stream_socket> socket) {
    if (!socket)
      return done(fail(std::move(socket.error())));
    auto taken = me->take_on(std::move(*socket), how.prepare, how.setup, thread, nullptr,
                             [&](socket_connection& made) { make_lasting(made, how); });
    done(std::move(taken).map(
      [](const std::shared_ptr<socket_connection>& made) { return connection{made}; }));
  });
}

/// False when the transport has stopped: nobody would serve the attempt.
bool socket_transport::add_attempt(const std::shared_ptr<connector>& attempt) {
  const std::lock_guard guard{attempts_mutex_};
  if (stopping_)
    return false;
  std::erase_if(attempts_, [](const auto& each) { return each.expired(); });
  attempts_.push_back(attempt);
  return true;
}

/// Lets a connection whose options ask for it connect again to where it was.
void socket_transport::make_lasting(socket_connection& made, const connecting& how) {
  if (!how.reconnect)
    return;
  made.set_reconnect(*how.reconnect, [thread = made.thread(), make = how.make_connector,
                                      prepare = how.prepare](socket_connection::on_socket done) {
    const auto attempt = make(thread->executor());
    attempt->start([done = std::move(done), prepare](result<stream_socket> socket) {
      if (auto named = socket ? prepare(*socket) : fail(socket.error()); !named)
        return done(fail(std::move(named.error())));
      done(std::move(socket));
    });
    return [attempt] { attempt->cancel(); };
  });
}

result<connection> socket_transport::wait_for(
  const std::function<void(on_connected)>& begin) const {
  for (const auto& thread : threads_)
    if (thread->is_this_thread())
      return fail(errc::misuse, "connect waits, which would block the thread it waits for; use "
                                "async_connect in a worker");
  const auto promise = std::make_shared<std::promise<result<connection>>>();
  begin([promise](result<connection> made) { promise->set_value(std::move(made)); });
  return promise->get_future().get(); // the connect time-out ends it at the latest
}

result<address> socket_transport::resolve(const address& remote) {
  return wait_for([&](on_connected done) { connect_to(remote.value(), std::move(done), {}); })
    .map([](const connection& made) { return made.sender_address(); });
}

void socket_transport::resolve_implicitly(const address& remote,
                                          std::function<void(result<address>)> ready) {
  implicit_.get(std::string{remote.value()}, std::move(ready), [&](auto done) {
    connect_to(remote.value(), std::move(done), node()->options.implicit_idle_timeout);
  });
}

// -- listeners -------------------------------------------------------------------------------------

void socket_transport::begin_listening(const std::shared_ptr<socket_listener>& made,
                                       accepting how) {
  add(made);
  made->start([me = self()] { return me->next_thread(); }, // until the listener ends
              [me = self(), from = std::weak_ptr{made},
               how = std::move(how)](stream_socket socket, std::shared_ptr<io_thread> served_by) {
                if (const auto listener = from.lock())
                  me->on_accepted(listener, how, std::move(socket), std::move(served_by));
              },
              [weak = weak_from_this()](const socket_listener& ended) {
                if (const auto me = lock(weak))
                  me->remove(ended);
              });
}

void socket_transport::on_accepted(const std::shared_ptr<socket_listener>& listener,
                                   const accepting& how, stream_socket socket,
                                   std::shared_ptr<io_thread> thread) {
  auto setup = how.setup;
  setup.id = flow_control_id::random(); // each has one of its own (FCU-2)
  const auto taken = take_on(std::move(socket), how.prepare, std::move(setup), std::move(thread),
                             listener);
  if (taken)
    return;
  listener->connection_ended();
  const auto text = "an accepted connection was dropped: " + to_string(taken.error());
  if (taken.error() == errc::shutting_down) // nothing wrong: it came while the node stops
    log_info(text);
  else
    log_warning(text);
}

// -- the end ---------------------------------------------------------------------------------------

void socket_transport::stop() {
  {
    const std::lock_guard guard{attempts_mutex_};
    if (stopping_.exchange(true))
      return;
    for (const auto& each : attempts_)
      if (const auto attempt = each.lock())
        attempt->cancel();
  }
  for (const auto& each : listeners().all())
    each->stop();
  for (const auto& each : connections().all())
    each->close();
  if (!threads_.front()->is_this_thread()) // a host may stop the node in its own loop
    connections().wait_until_empty(stop_grace);
  for (const auto& each : sockets()) // did not take their last bytes in time
    asio::dispatch(each->thread()->executor(), [each] {
      each->end(error{errc::shutting_down, "the node has stopped"});
    });
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    asio::dispatch(threads_[i]->executor(), [me = self(), i] { me->ticks_[i]->cancel(); });
    threads_[i]->stop(stop_grace);
  }
}

} // namespace ockam::internal
