#pragma once

#include "transport_contract.hpp"

#include <future>
#include <thread>

namespace ockam::test {

/// A transport whose ends are connections: one node listens, the other connects.
class connection_side : public transport_side {
public:
  virtual result<connection> connect(const std::string& place, side_options options) = 0;
  virtual result<void> stop_listener(const address& listener) = 0;
  virtual result<void> disconnect(const address& any) = 0;
  virtual std::vector<connection> connections() const = 0;

  result<joined_end> join(const std::string& place, side_options options) final {
    return connect(place, std::move(options)).map(end_of);
  }
  joined_end joined_by(const joined_end&) const final { return end_of(accepted_by(*this)); }
  std::size_t ends() const final { return connections().size(); }

private:
  static joined_end end_of(const connection& made) {
    return {.place = {},
            .way = made,
            .receiver = made.receiver_address(),
            .id = made.flow_control_id(),
            .is_open = [made] { return made.is_open(); },
            .end = [made] { return made.try_close(); }};
  }
};

/// For transports with the interface of ours.
template <class Transport>
class side_of final : public connection_side {
public:
  explicit side_of(Transport transport) : transport_{std::move(transport)} {}

  result<listening> listen(const std::string& at, side_options options) override {
    auto own = transport_.default_listen_options();
    own.limits = options.limits;
    own.observer = std::move(options.observer);
    own.explain_drops = options.explain_drops;
    return transport_.try_listen(at, std::move(own)).map([](const auto& made) {
      return listening{made.socket_address(), made.address(), made.flow_control_id()};
    });
  }
  result<connection> connect(const std::string& place, side_options options) override {
    auto own = transport_.default_connect_options();
    own.limits = options.limits;
    own.observer = std::move(options.observer);
    if constexpr (requires { own.reconnect; })
      own.reconnect = options.reconnect;
    return transport_.try_connect(place, std::move(own));
  }
  result<void> stop_listener(const address& listener) override {
    return transport_.try_stop_listener(listener);
  }
  result<void> disconnect(const address& any) override { return transport_.try_disconnect(any); }
  std::vector<connection> connections() const override { return transport_.connections(); }

private:
  Transport transport_;
};

class connection_kind : public transport_kind {
public:
  virtual std::unique_ptr<connection_side> attach_connections(ockam::node& to) = 0;
  std::unique_ptr<transport_side> attach(ockam::node& to) final { return attach_connections(to); }
};

/// What every transport with connections does alike, beyond `TransportContract`. A new one joins both
/// with a `connection_kind` of its own and OCKAM_TEST_CONNECTIONS(Its_name, its_kind, "label");
class ConnectionContract
  : public two_sides_test<connection_kind, &connection_kind::attach_connections> {
protected:
  connection connect(side& from, const listening& to, side_options options = {}) {
    return value_or_throw(from.transport->connect(to.place, std::move(options)));
  }
  static connection accepted(const side& at) { return accepted_by(*at.transport); }

  bool all_connections_end() {
    return eventually([&] { return a.transport->ends() == 0 && b.transport->ends() == 0; });
  }
};

/// What a request promises over every transport with connections, when its requester reads slowly,
/// gives up, or loses its connection.
class RequestContract : public ConnectionContract {
protected:
  /// Little room on the way out, and for what is unhandled.
  static constexpr connection_limits narrow{.max_pending_bytes = 20'000,
                                            .max_unhandled_messages = 8,
                                            .max_unhandled_bytes = 10'000};

  /// A connection through which answers reach `app`.
  connection connect_app(const listening& to) {
    auto made = connect(a, to, {.limits = narrow});
    a.node.flow_controls().add_consumer("app", made.flow_control_id());
    return made;
  }

  /// Sends numbered requests from `app`, as fast as the connection takes them.
  void send_all(const route& to, int count, std::size_t size) {
    for (int i = 0; i < count; ++i)
      a.node.send(to, numbered(i, size));
  }

  /// Sends numbered messages until nothing moves any more.
  /// @returns how many
  int fill(const route& to, std::size_t size) {
    int sent = 0;
    while (a.node.root().send(to, numbered(sent, size), {.timeout = 50ms}))
      ++sent;
    return sent;
  }

  /// Takes the answers one at a time.
  void expect_all_in_order(int count) {
    for (int i = 0; i < count; ++i) {
      const auto next = a.node.root().receive<std::string>({long_timeout});
      ASSERT_TRUE(next) << "answer " << i << ": " << to_string(next.error());
      ASSERT_EQ(std::stoi(next->body()), i);
    }
  }

  static std::string numbered(int number, std::size_t size) {
    auto body = std::to_string(number) + ' ';
    body.resize(std::max(body.size(), size), '.');
    return body;
  }
};

/// A connection with `reconnect` whose peer has stopped. For transports that have the option, by
/// OCKAM_TEST_RECONNECT(Its_name, its_kind, "label");
class WithoutPeer : public ConnectionContract {
protected:
  static constexpr reconnect_policy quickly{.first = 10ms, .longest = 50ms, .keep_for = 10s};

  void lose_peer(const std::optional<reconnect_policy>& policy) {
    c = connect(a, place, {.limits = narrow, .observer = events.observer(), .reconnect = policy});
    static_cast<void>(accepted(b));
    b.node.stop();
  }
  void lose_peer_and_keep_for(std::chrono::milliseconds keep_for) {
    auto policy = quickly;
    policy.keep_for = keep_for;
    lose_peer(policy);
    ASSERT_TRUE(events.wait_for(connection_state::reconnecting));
  }

  /// Lets `other` listen where the lost peer did.
  /// @returns  the listener's flow control id
  flow_control_id listen_again(side& other) {
    return value_or_throw(other.transport->listen(place.place, {})).flow_control_id;
  }

  static constexpr connection_limits narrow{.max_pending_bytes = 80'000};
  const connection_journal events;
  const listening place = listen(b);
  std::optional<connection> c;
};

#define OCKAM_TEST_RECONNECT(Name, Kind, label)                                                    \
  INSTANTIATE_TEST_SUITE_P(Name, WithoutPeer,                                                      \
                           testing::Values(made_by<connection_kind, Kind>(label)))

/// A loop of the host's that its threads run, for transports that are guests in it.
class loop_of_host {
public:
  virtual ~loop_of_host() = default;
  virtual void post(std::function<void()> call) = 0;
};

/// `Kind` in a loop of the host's.
/// @tparam Net   the types of an event-loop library, see `asio_net`
/// @tparam Kind  has `own_options` for a transport, and `attach_with`
template <class Net, class Kind, int Threads>
class in_host_loop final : public Kind, public loop_of_host {
public:
  in_host_loop() {
    for (int i = 0; i < Threads; ++i)
      threads_.emplace_back([this] { loop_.run(); });
  }
  ~in_host_loop() override {
    work_.reset();
    for (auto& each : threads_)
      each.join(); // nothing of ours keeps the loop busy
  }

  std::unique_ptr<connection_side> attach_connections(ockam::node& to) override {
    auto options = this->own_options();
    options.io_context = &loop_;
    return this->attach_with(to, std::move(options));
  }
  void post(std::function<void()> call) override { Net::post(loop_, std::move(call)); }

private:
  typename Net::io_context loop_;
  typename Net::work_guard work_{loop_.get_executor()};
  std::vector<std::thread> threads_;
};

/// What a transport does in a loop of the host's. It joins by OCKAM_TEST_IN_HOST_LOOP(Its_name,
/// the_net_of_its_loop, its_kind, "label"); with one thread that runs the loop, and with several.
class HostLoop : public ConnectionContract {
protected:
  /// Calls `function` in the loop and returns what it returns.
  template <class Function>
  auto in_loop(Function function) {
    const auto task
      = std::make_shared<std::packaged_task<decltype(function())()>>(std::move(function));
    dynamic_cast<loop_of_host&>(*kind).post([task] { (*task)(); });
    return task->get_future().get();
  }
};

#define OCKAM_TEST_IN_HOST_LOOP(Name, Net, Kind, label)                                            \
  INSTANTIATE_TEST_SUITE_P(                                                                        \
    Name, HostLoop,                                                                                \
    testing::Values(made_by<connection_kind, in_host_loop<Net, Kind, 1>>(label "_1_thread"),       \
                    made_by<connection_kind, in_host_loop<Net, Kind, 3>>(label "_3_threads")))

#define OCKAM_TEST_CONNECTIONS(Name, Kind, label)                                                  \
  OCKAM_TEST_TRANSPORT(Name, Kind, label);                                                         \
  INSTANTIATE_TEST_SUITE_P(Name, ConnectionContract,                                               \
                           testing::Values(made_by<connection_kind, Kind>(label)));                \
  INSTANTIATE_TEST_SUITE_P(Name, RequestContract,                                                  \
                           testing::Values(made_by<connection_kind, Kind>(label)))

} // namespace ockam::test
