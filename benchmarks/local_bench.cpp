// Messages between the workers of one node, and workers that come and go; beside each, what the
// same costs with plain typed CAF actors that hold each other's handles.

#include "allocations.hpp"
#include "harness.hpp"

#include "ockam/actors/hop.hpp"
#include "ockam/actors/node.hpp"

#include <atomic>
#include <memory>

#include <caf/scoped_actor.hpp>
#include <malloc.h>

namespace {

/// What the plain actors pass on: a payload by reference and a number.
struct small_message {
  ockam::shared_bytes payload;
  std::uint64_t number = 0;
};

} // namespace

CAF_BEGIN_TYPE_ID_BLOCK(ockam_bench, caf::first_custom_type_id)
CAF_ADD_TYPE_ID(ockam_bench, (small_message))
CAF_END_TYPE_ID_BLOCK(ockam_bench)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(small_message)

namespace {

using namespace ockam;

shared_bytes payload_of(std::size_t size) {
  return shared_bytes::adopt(bytes(size, std::uint8_t{0x5a}));
}

std::string hop_name(int number) {
  return "h" + std::to_string(number);
}

// -- the node -------------------------------------------------------------------------------------

/// Sends along `path`, which leads back to itself.
struct driver {
  std::shared_ptr<bench::flight> flight;
  route path;
  raw body;

  void handle_message(context& ctx, routed<any>&&) {
    for (auto count = flight->next(); count > 0; --count)
      if (auto sent = ctx.send(path, body); !sent)
        flight->fail(to_string(sent.error()));
  }
};

struct echo {
  result<void> handle_message(context& ctx, const routed<raw>& received) {
    return ctx.send(received.return_route(), raw{received.payload()});
  }
};

/// Asks the echo, again and again.
struct asker {
  std::shared_ptr<bench::flight> flight;
  raw body;

  void handle_message(context& ctx, routed<any>&&) { go_on(ctx); }

  void go_on(context& ctx) {
    if (flight->next() == 0)
      return;
    auto asked = ctx.send_and_receive<raw>("echo", body, [this, &ctx](const result<raw>& reply) {
      if (!reply)
        return flight->fail(to_string(reply.error()));
      go_on(ctx);
    });
    if (!asked)
      flight->fail(to_string(asked.error()));
  }
};

class node_chain {
public:
  node_chain(caf::actor_system& system, int hops) : node_{system} {
    route path;
    for (int i = 1; i <= hops; ++i)
      path.append(node_.start_worker(hop_name(i), hop{}));
    path.append(address{"driver"});
    node_.start_worker("driver", driver{flight_, std::move(path), raw{payload_of(32)}});
  }

  void fly(std::size_t messages, std::size_t window) {
    flight_->begin(messages, window);
    node_.send("driver", raw{});
    flight_->wait();
  }

private:
  std::shared_ptr<bench::flight> flight_ = std::make_shared<bench::flight>();
  node node_;
};

// -- plain CAF ------------------------------------------------------------------------------------

/// Actors that pass messages on to the next one's handle.
template <class Message>
struct plain {
  using handle = compat::typed_actor<caf::result<void>(Message)>;

  class hop final : public handle::base {
  public:
    hop(caf::actor_config& config, handle next) : handle::base{config}, next_{std::move(next)} {}
    typename handle::base::behavior_type make_behavior() override {
      return {[this](Message& content) { compat::send(this, next_, std::move(content)); }};
    }
    void on_exit() override { next_ = handle{}; }

  private:
    handle next_;
  };

  class driver final : public handle::base {
  public:
    driver(caf::actor_config& config, std::shared_ptr<bench::flight> flight, int hops,
           Message first)
      : handle::base{config}, flight_{std::move(flight)}, hops_{hops}, first_{std::move(first)} {}
    typename handle::base::behavior_type make_behavior() override {
      next_ = handle{this};
      for (int i = 0; i < hops_; ++i)
        next_ = this->template spawn<hop>(next_);
      return {[this](Message&) {
        for (auto count = flight_->next(); count > 0; --count)
          compat::send(this, next_, Message{first_});
      }};
    }
    void on_exit() override { next_ = handle{}; }

  private:
    std::shared_ptr<bench::flight> flight_;
    int hops_;
    Message first_;
    handle next_;
  };
};

template <class Message>
class plain_chain {
public:
  plain_chain(caf::actor_system& system, int hops, Message first)
    : driver_{system.spawn<typename plain<Message>::driver>(flight_, hops, std::move(first))} {}
  plain_chain(const plain_chain&) = delete;
  plain_chain& operator=(const plain_chain&) = delete;
  ~plain_chain() { compat::post_exit(caf::actor_cast<caf::abstract_actor*>(driver_)); }

  void fly(std::size_t messages, std::size_t window) {
    flight_->begin(messages, window);
    compat::post(caf::actor_cast<caf::abstract_actor*>(driver_), nullptr, Message{});
    flight_->wait();
  }

private:
  std::shared_ptr<bench::flight> flight_ = std::make_shared<bench::flight>();
  typename plain<Message>::handle driver_;
};

using plain_echo_actor = compat::typed_actor<caf::result<small_message>(small_message)>;

class plain_echo final : public plain_echo_actor::base {
public:
  using plain_echo_actor::base::base;
  behavior_type make_behavior() override {
    return {
      [](small_message& content) -> caf::result<small_message> { return std::move(content); }};
  }
};

class plain_asker final : public plain<small_message>::handle::base {
public:
  plain_asker(caf::actor_config& config, std::shared_ptr<bench::flight> flight,
              plain_echo_actor echo)
    : plain<small_message>::handle::base{config},
      flight_{std::move(flight)},
      echo_{std::move(echo)} {}
  behavior_type make_behavior() override {
    return {[this](small_message& first) {
      first.payload = payload_;
      go_on(std::move(first));
    }};
  }
  void on_exit() override { echo_ = plain_echo_actor{}; }

private:
  void go_on(small_message content) {
    if (flight_->next() > 0)
      compat::request(this, echo_, std::move(content)).then([this](small_message& reply) {
        go_on(std::move(reply));
      });
  }

  std::shared_ptr<bench::flight> flight_;
  plain_echo_actor echo_;
  shared_bytes payload_ = payload_of(32);
};

// -- rows: passing messages on --------------------------------------------------------------------

void chain(bench::suite& suite, caf::actor_system& system, const std::string& policy, int hops,
           std::size_t window) {
  const auto row = "local.chain_" + std::to_string(hops) + ".window_" + std::to_string(window) + '.'
                   + policy;
  if (!suite.wants(row))
    return;
  route path; // what a message of the node looks like, for actors that only carry it
  for (int i = 1; i <= hops; ++i)
    path.append(address{hop_name(i)});
  plain_chain<small_message> small{system, hops, small_message{payload_of(32)}};
  plain_chain<routed_message> same{system, hops,
                                   routed_message{message{path, route{"driver"}, payload_of(32)}}};
  node_chain ours{system, hops};
  suite.compare({
    .figures = {{.name = row, .parts = hops + 1.0}},
    .baselines = {"caf"},
    .variants = {
      bench::timed("caf", [&](std::size_t n) { small.fly(n, window); }),
      bench::timed("caf, our message", [&](std::size_t n) { same.fly(n, window); }),
      bench::timed("ockam", [&](std::size_t n) { ours.fly(n, window); }),
    },
  });
}

void requests(bench::suite& suite, caf::actor_system& system, const std::string& policy) {
  if (!suite.wants("local.request"))
    return;
  node node{system};
  auto flight = std::make_shared<bench::flight>();
  node.start_worker("echo", echo{});
  node.start_worker("asker", asker{flight, raw{payload_of(32)}});
  auto plain = system.spawn<plain_echo>();
  auto asking = system.spawn<plain_asker>(flight, plain);
  suite.compare({
    .figures = {{"local.request.worker." + policy}},
    .baselines = {"caf"},
    .variants = {
      bench::timed("caf",
                   [&](std::size_t n) {
                     flight->begin(n, 1);
                     compat::post(caf::actor_cast<caf::abstract_actor*>(asking), nullptr,
                                  small_message{});
                     flight->wait();
                   }),
      bench::timed("ockam",
                   [&](std::size_t n) {
                     flight->begin(n, 1);
                     node.send("asker", raw{});
                     flight->wait();
                   }),
    },
  });
  const auto payload = payload_of(32);
  auto mailbox = node.detached("mailbox");
  suite.compare({
    .figures = {{"local.request.thread." + policy, bench::unit::microseconds}},
    .baselines = {"caf"},
    .variants = {
      bench::timed("caf",
                   [&](std::size_t n) {
                     caf::scoped_actor self{system};
                     for (; n > 0; --n)
                       compat::request(self, plain, small_message{payload})
                         .receive([](small_message&) {},
                                  [](caf::error&) { throw std::runtime_error{"no reply"}; });
                   }),
      bench::timed("ockam, send_and_receive",
                   [&](std::size_t n) {
                     for (; n > 0; --n)
                       node.send_and_receive<raw>("echo", raw{payload});
                   }),
      bench::timed("ockam, send, receive",
                   [&](std::size_t n) {
                     for (; n > 0; --n) {
                       value_or_throw(mailbox.send("echo", raw{payload}));
                       bench::keep(value_or_throw(mailbox.receive<raw>()).payload());
                     }
                   }),
    },
  });
  compat::post_exit(caf::actor_cast<caf::abstract_actor*>(asking));
}

// -- rows: workers that come and go ---------------------------------------------------------------

std::atomic<std::size_t> living{0};

/// Counts how many of its owner are there.
struct presence {
  presence() { ++living; }
  presence(const presence&) { ++living; }
  presence(presence&&) noexcept { ++living; }
  presence& operator=(const presence&) = default;
  ~presence() { --living; }
};

struct idle_worker {
  presence here;
  void handle_message(context&, routed<any>&&) {}
};

class plain_idle final : public plain<small_message>::handle::base {
public:
  using plain<small_message>::handle::base::base;
  behavior_type make_behavior() override {
    return {[](small_message&) {}};
  }

private:
  presence here_;
};

void wait_until_nobody_lives() {
  const auto until = bench::clock::now() + bench::hang_limit / 2;
  while (living.load() > 0) {
    if (bench::clock::now() > until)
      throw std::runtime_error{std::to_string(living.load()) + " actors did not end"};
    std::this_thread::yield();
  }
}

double heap_in_use() {
  return static_cast<double>(mallinfo2().uordblks + mallinfo2().hblkhd);
}

double seconds_since(bench::clock::time_point began) {
  return std::chrono::duration<double>(bench::clock::now() - began).count();
}

/// Start all, stop all: seconds to start, to stop until all are gone, bytes while idle, bytes left.
template <class Start, class Stop>
std::vector<double> come_and_go(Start start, Stop stop) {
  const auto before = heap_in_use();
  auto began = bench::clock::now();
  start();
  const auto starting = seconds_since(began);
  const auto idle = heap_in_use() - before;
  began = bench::clock::now();
  stop();
  wait_until_nobody_lives();
  const auto stopping = seconds_since(began);
  return {starting, stopping, idle, std::max(0.0, heap_in_use() - before)};
}

void populations(bench::suite& suite, caf::actor_system& system, std::size_t count) {
  const auto name = [count](const char* what) {
    return std::string{"workers."} + what + '.' + std::to_string(count);
  };
  if (!suite.wants("workers."))
    return;
  std::vector<address> names;
  for (std::size_t i = 0; i < count; ++i)
    names.emplace_back("worker-" + std::to_string(i));
  std::vector<plain<small_message>::handle> handles;
  handles.reserve(count);
  node node{system};
  suite.compare({
    .figures = {{name("start")},
                {name("stop")},
                {name("idle_bytes"), bench::unit::bytes},
                {.name = name("bytes_left"), .unit = bench::unit::bytes, .compared = false}},
    .baselines = {"caf, lazy_init"},
    .variants = {
      {"caf, lazy_init",
       [&](std::size_t) {
         return come_and_go(
           [&] {
             for (std::size_t i = 0; i < count; ++i)
               handles.push_back(system.spawn<plain_idle, caf::lazy_init>());
           },
           [&] {
             for (const auto& each : handles)
               compat::post_exit(caf::actor_cast<caf::abstract_actor*>(each));
             handles.clear();
           });
       }},
      {"ockam",
       [&](std::size_t) {
         return come_and_go(
           [&] {
             for (const auto& each : names)
               node.start_worker(each, idle_worker{});
           },
           [&] {
             for (const auto& each : names)
               node.stop_worker(each);
           });
       }},
    },
    .operations = count,
  });
}

} // namespace

int main(int argc, char** argv) {
  return bench::guarded_main("local_bench", [&] {
    bench::suite suite{"local_bench", "Messages and workers inside one node"};
    if (const auto status = suite.parse(argc, argv); status >= 0)
      return status;
    suite.count_with(bench::allocations);
    compat::init_message_types<caf::id_block::ockam, caf::id_block::ockam_bench>();
    for (const std::string policy :
         {"stealing", "sharing"}) { // CAF's default, and the apps' choice
      caf::actor_system_config config;
      if (policy == "sharing")
        compat::tune_for_io(config, 2);
      else
        compat::set_threads(config, 2);
      caf::actor_system system{config};
      for (std::size_t window : {1, 256})
        for (int hops : {1, 8, 64})
          chain(suite, system, policy, hops, window);
      requests(suite, system, policy);
      if (policy == "stealing") {
        populations(suite, system, 10'000);
        if (!suite.quick())
          populations(suite, system, 100'000);
      }
    }
    return suite.finish();
  });
}
