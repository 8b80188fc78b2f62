// Messages between the workers of one node; beside each, what the same costs with plain typed CAF
// actors that hold each other's handles.

#include "groups.hpp"
#include "plain.hpp"
#include "population.hpp"

#include "ockam/actors/node.hpp"
#include "ockam/actors/workers.hpp"

#include <caf/scoped_actor.hpp>

namespace bench {
namespace {

using namespace ockam;

const char* name_of(policy which) {
  return which == policy::stealing ? "stealing" : "sharing";
}

std::string hop_name(int number) {
  return "h" + std::to_string(number);
}

// -- workers --------------------------------------------------------------------------------------

/// Sends along `path`, which leads back to itself.
struct driver {
  std::shared_ptr<flight> flying;
  route path;
  raw_body body;

  void handle_message(context& ctx, routed<any_body>&&) {
    for (auto count = flying->next(); count > 0; --count)
      if (auto sent = ctx.send(path, body); !sent)
        flying->fail(to_string(sent.error()));
  }
};

struct echo {
  result<void> handle_message(context& ctx, const routed<raw_body>& received) {
    return ctx.send(received.return_route(), raw_body{received.payload()});
  }
};

/// Asks the echo, again and again.
struct asker {
  std::shared_ptr<flight> flying;
  raw_body body;

  void handle_message(context& ctx, routed<any_body>&&) { go_on(ctx); }

  void go_on(context& ctx) {
    if (flying->next() == 0)
      return;
    auto asked = ctx.send_and_receive<raw_body>("echo", body,
                                                [this, &ctx](const result<raw_body>& reply) {
                                                  if (!reply)
                                                    return flying->fail(to_string(reply.error()));
                                                  go_on(ctx);
                                                });
    if (!asked)
      flying->fail(to_string(asked.error()));
  }
};

/// Counts what arrives.
struct sink {
  std::shared_ptr<flight> flying;
  void handle_message(context&, routed<any_body>&&) { flying->next(); }
};

/// Sends as many messages as it is told to.
struct source {
  raw_body body;
  result<void> handle_message(context& ctx, const routed<std::uint64_t>& go) {
    for (auto left = go.body(); left > 0; --left)
      if (auto sent = ctx.send("sink", body); !sent)
        return sent;
    return {};
  }
};

struct idle {
  void handle_message(context&, routed<any_body>&&) {}
};

class node_chain {
public:
  /// @param others  workers that are registered too, and get nothing to do
  node_chain(caf::actor_system& system, int hops, std::size_t others = 0) : node_{system} {
    for (std::size_t i = 0; i < others; ++i)
      node_.start_worker("worker-" + std::to_string(i), idle{});
    route path;
    for (int i = 1; i <= hops; ++i)
      path.append(node_.start_worker(hop_name(i), hop{}));
    path.append(address{"driver"});
    node_.start_worker("driver", driver{flight_, std::move(path), raw_body{payload_of(32)}});
  }

  void fly(std::size_t messages, std::size_t window) {
    flight_->begin(messages, window);
    node_.send("driver", raw_body{});
    flight_->wait();
  }

private:
  std::shared_ptr<flight> flight_ = std::make_shared<flight>();
  node node_;
};

// -- rows -----------------------------------------------------------------------------------------

/// A system and something in it.
template <class Chain>
struct hosted {
  template <class... Args>
  explicit hosted(std::shared_ptr<host> on, Args&&... args)
    : where{std::move(on)}, chain{where->system, std::forward<Args>(args)...} {}
  std::shared_ptr<host> where;
  Chain chain;
};

template <class Chain, class... Args>
variant flown(std::string name, std::size_t window, const std::shared_ptr<host>& on,
              Args&&... args) {
  return timed(std::move(name),
               [own = std::make_shared<hosted<Chain>>(on, std::forward<Args>(args)...),
                window](std::size_t n) { own->chain.fly(n, window); });
}

row chain(int hops, std::size_t window, policy scheduling) {
  return {.figures = {{.name = "local.chain_" + std::to_string(hops) + ".window_"
                               + std::to_string(window) + '.' + name_of(scheduling),
                       .parts = hops + 1.0}},
          .baselines = {"caf", "caf, our message"},
          .set_up = [=] {
            route path; // what a message of the node looks like, for actors that only carry it
            for (int i = 1; i <= hops; ++i)
              path.append(address{hop_name(i)});
            const message same{path, route{"driver"}, payload_of(32)};
            const auto on = std::make_shared<host>(scheduling);
            return std::vector{
              flown<plain_chain<small_message>>("caf", window, on, hops,
                                                small_message{payload_of(32)}),
              flown<plain_chain<routed_message>>("caf, our message", window, on, hops,
                                                 routed_message{same}),
              flown<node_chain>("ockam", window, on, hops),
            };
          }};
}

/// One message through a hop and back, in a node with few workers and in one with many.
row registered(std::size_t count) {
  return {.figures = {{.name = "local.registered_" + std::to_string(count), .parts = 2}},
          .baselines = {"ockam, 10 registered"},
          .set_up = [count] {
            const auto chain = [](const char* name, std::size_t others) {
              return flown<node_chain>(name, 1, std::make_shared<host>(policy::sharing), 1, others);
            };
            return std::vector{chain("ockam, 10 registered", 10), chain("ockam", count)};
          }};
}

/// A system with a node and with plain actors that do the same.
struct both {
  explicit both(policy scheduling) : on{scheduling} {}

  /// Sends and waits until the flight has landed.
  void fly_node(const char* first, std::size_t messages) {
    flying->begin(messages, 1);
    own.send(first, raw_body{});
    flying->wait();
  }

  host on;
  std::shared_ptr<flight> flying = std::make_shared<flight>();
  node own{on.system};
};

row requests_of_a_worker(policy scheduling) {
  return {.figures = {{std::string{"local.request.worker."} + name_of(scheduling)}},
          .baselines = {"caf"},
          .set_up = [scheduling] {
            struct asking : both {
              using both::both;
              ~asking() { stop_actor(plain); }
              plain<small_message>::handle plain
                = on.system.spawn<plain_asker>(flying, on.system.spawn<plain_echo>());
            };
            const auto all = std::make_shared<asking>(scheduling);
            all->own.start_worker("echo", echo{});
            all->own.start_worker("asker", asker{all->flying, raw_body{payload_of(32)}});
            return std::vector{
              timed("caf",
                    [all](std::size_t n) {
                      all->flying->begin(n, 1);
                      compat::post(caf::actor_cast<caf::abstract_actor*>(all->plain), nullptr,
                                   small_message{});
                      all->flying->wait();
                    }),
              timed("ockam", [all](std::size_t n) { all->fly_node("asker", n); }),
            };
          }};
}

row requests_of_a_thread(policy scheduling) {
  return {.figures
          = {{std::string{"local.request.thread."} + name_of(scheduling), unit::microseconds}},
          .baselines = {"caf"},
          .set_up = [scheduling] {
            struct asked : both {
              using both::both;
              plain_echo_actor plain = on.system.spawn<plain_echo>();
              endpoint mailbox = own.make_endpoint("mailbox");
            };
            const auto all = std::make_shared<asked>(scheduling);
            all->own.start_worker("echo", echo{});
            return std::vector{
              timed("caf",
                    [all](std::size_t n) {
                      caf::scoped_actor self{all->on.system};
                      for (const auto payload = payload_of(32); n > 0; --n)
                        compat::request(self, all->plain, small_message{payload})
                          .receive([](small_message&) {},
                                   [](caf::error&) { throw std::runtime_error{"no reply"}; });
                    }),
              timed("ockam, send_and_receive",
                    [all](std::size_t n) {
                      for (const raw_body body{payload_of(32)}; n > 0; --n)
                        all->own.send_and_receive<raw_body>("echo", body);
                    }),
              timed("ockam, send, receive",
                    [all](std::size_t n) {
                      for (const raw_body body{payload_of(32)}; n > 0; --n) {
                        value_or_throw(all->mailbox.send("echo", body));
                        keep(value_or_throw(all->mailbox.receive<raw_body>()).payload());
                      }
                    }),
            };
          }};
}

row fan_in(std::size_t senders, policy scheduling) {
  return {.figures = {{"local.fan_in_" + std::to_string(senders) + '.' + name_of(scheduling)}},
          .baselines = {"caf"},
          .set_up =
            [senders, scheduling] {
              struct sources : both {
                using both::both;
                ~sources() {
                  for (const auto& each : plain)
                    stop_actor(each);
                  stop_actor(plain_to);
                }
                plain<small_message>::handle plain_to = on.system.spawn<plain_sink>(flying);
                std::vector<bench::plain<small_message>::handle> plain;
                std::vector<address> names;
              };
              const auto all = std::make_shared<sources>(scheduling);
              all->own.start_worker("sink", sink{all->flying});
              for (std::size_t i = 0; i < senders; ++i) {
                all->plain.push_back(all->on.system.spawn<plain_source>(all->plain_to));
                all->names.push_back(all->own.start_worker("source-" + std::to_string(i),
                                                           source{raw_body{payload_of(32)}}));
              }
              return std::vector{
                timed("caf",
                      [all, senders](std::size_t n) {
                        all->flying->begin(n - 1, 1); // the first message counts as "go"
                        for (const auto& each : all->plain)
                          compat::post(caf::actor_cast<caf::abstract_actor*>(each), nullptr,
                                       small_message{{}, n / senders});
                        all->flying->wait();
                      }),
                timed("ockam",
                      [all, senders](std::size_t n) {
                        all->flying->begin(n - 1, 1);
                        for (const auto& each : all->names)
                          all->own.send(each, std::uint64_t{n / senders});
                        all->flying->wait();
                      }),
              };
            },
          .multiple_of = senders};
}

} // namespace

std::vector<row> local_rows(bool quick) {
  std::vector<row> rows;
  for (const auto scheduling : {policy::stealing, policy::sharing}) {
    for (const std::size_t window : {1, 256})
      for (const int hops : {1, 2, 4, 8, 64})
        rows.push_back(chain(hops, window, scheduling));
    rows.push_back(requests_of_a_worker(scheduling));
    rows.push_back(requests_of_a_thread(scheduling));
    rows.push_back(fan_in(1'000, scheduling));
  }
  rows.push_back(registered(1'000));
  rows.push_back(population(100'000));
  if (!quick) {
    rows.push_back(registered(100'000));
    rows.push_back(registered(1'000'000));
    rows.push_back(population(1'000'000));
  }
  return rows;
}

} // namespace bench
