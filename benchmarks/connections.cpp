// What connections cost that do nothing, and what one with a slow worker, or a requester that reads slowly,
// costs the others.

#include "connections.hpp"

#include "allocations.hpp"
#include "child.hpp"
#include "flight.hpp"
#include "tcp_node.hpp"

#include <atomic>
#include <future>
#include <thread>

namespace bench {
namespace {

using namespace ockam;

constexpr std::size_t quick_workers = 100;
constexpr std::chrono::milliseconds nap{100};
constexpr std::size_t new_workers = 200; // one a run
constexpr std::chrono::milliseconds long_nap{1'000};
constexpr std::size_t large_answers = 1'024; // that a slow requester awaits
constexpr std::size_t large_answer = 64 << 10;
constexpr std::chrono::milliseconds between_answers{5};

std::string quick_name(std::size_t index) {
  return "quick-" + std::to_string(index);
}

std::string new_name(std::size_t index) {
  return "new-" + std::to_string(index);
}

struct echo {
  result<void> handle_message(context& ctx, const routed<raw_body>& what) {
    return ctx.send(what.return_route(), raw_body{what.payload()});
  }
};

/// Blocks, which a worker should not; its own answer may come late, no other.
struct slow_echo {
  result<void> handle_message(context& ctx, const routed<raw_body>& what) {
    std::this_thread::sleep_for(nap);
    return ctx.send(what.return_route(), raw_body{what.payload()});
  }
};

/// Blocks for long, at the first message that it ever gets.
struct new_worker {
  result<void> handle_message(context& ctx, const routed<raw_body>& what) {
    std::this_thread::sleep_for(long_nap);
    return ctx.send(what.return_route(), raw_body{what.payload()});
  }
};

/// Answers with far more than it was asked with.
struct amplifier {
  raw_body answer{payload_of(large_answer)};

  result<void> handle_message(context& ctx, const routed<raw_body>& what) {
    return ctx.send(what.return_route(), answer);
  }
};

template <class Done>
void wait_until(const char* what, Done done) {
  for (const auto until = clock::now() + hang_limit / 2; !done();) {
    if (clock::now() > until)
      throw std::runtime_error{std::string{"waited too long until "} + what};
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

// -- slow_worker, slow_requester ----------------------------------------------------------------------------------

/// Keeps one message on its way over each path; an empty one says "go".
struct driver {
  std::shared_ptr<flight> flying;
  std::vector<route> paths;
  raw_body body{payload_of(32)};

  void handle_message(context& ctx, const routed<raw_body>& what) {
    const auto count = flying->next();
    if (what.payload().size() > 0 && count > 0)
      return send(ctx, what.return_route());
    for (std::size_t i = 0; i < count; ++i)
      send(ctx, paths[i]);
  }

private:
  void send(context& ctx, const route& to) {
    if (auto sent = ctx.send(to, body); !sent)
      flying->fail(to_string(sent.error()));
  }
};

/// What the measuring thread and the worker that asks the slow one know.
struct asking {
  std::atomic<bool> wanted{false};
  std::atomic<bool> waiting{false}; ///< for an answer
};

/// Asks the slow worker, again and again.
struct patient {
  std::shared_ptr<asking> state;
  route path;
  raw_body body{payload_of(32)};

  void handle_message(context& ctx, routed<any_body>&&) {
    if (!state->wanted || !ctx.send(path, body))
      state->waiting = false;
  }
};

/// Asks for far more than it reads, by a connection of its own.
class greedy_requester {
public:
  greedy_requester(node& own, route to)
    : mailbox_{own.make_endpoint("slow-requester")}, to_{std::move(to)} {}

  /// Asks until the buffers on the way back are full.
  void fill(const connection& through) {
    while (awaited_ < large_answers)
      ask();
    for (auto before = through.metrics().received;; before = through.metrics().received) {
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
      if (through.metrics().received == before)
        return;
    }
  }

  /// Reads an answer now and then, and asks for another one.
  void read_slowly_until(const std::atomic<bool>& done) {
    while (!done) {
      read();
      ask();
      std::this_thread::sleep_for(between_answers);
    }
  }

  void read_all() {
    while (awaited_ > 0)
      read();
  }

private:
  void ask() {
    value_or_throw(mailbox_.send(to_, request_));
    ++awaited_;
  }
  void read() {
    keep(value_or_throw(mailbox_.receive<raw_body>()).payload());
    --awaited_;
  }

  endpoint mailbox_;
  route to_;
  raw_body request_{payload_of(32)};
  std::size_t awaited_ = 0;
};

class beside_slow_ones {
public:
  beside_slow_ones() {
    std::vector<route> paths;
    for (std::size_t i = 0; i < quick_workers; ++i)
      paths.push_back(path_to(quick_name(i), "driver"));
    own_.node.start_worker("driver", driver{flight_, std::move(paths)});
    own_.node.start_worker("patient", patient{asking_, path_to("slow", "patient")});
    own_.node.flow_controls().add_consumer("slow-requester", full_.flow_control_id());
    own_.node.flow_controls().add_consumer("asker", full_.flow_control_id());
  }

  void fly(std::size_t messages) {
    flight_->begin(messages, quick_workers);
    own_.node.send("driver", raw_body{});
    flight_->wait();
  }

  /// The same while the slow worker has always something to do.
  /// @returns seconds, without those in which only the last answer of the slow worker is awaited
  double fly_beside_slow_worker(std::size_t messages) {
    asking_->wanted = asking_->waiting = true;
    own_.node.send("patient", raw_body{});
    const auto began = clock::now();
    fly(messages);
    const auto seconds = seconds_since(began);
    asking_->wanted = false;
    wait_until("the slow worker answered", [this] { return !asking_->waiting; });
    return seconds;
  }

  /// The same while a worker of the server handles its first message, and blocks.
  /// @returns seconds, without those in which only its answer is awaited
  double fly_beside_new_worker(std::size_t messages) {
    const auto which = new_name(next_new_++ % new_workers);
    value_or_throw(asker_.send(make_route(full_, address{which}), raw_body{}));
    const auto began = clock::now();
    fly(messages);
    const auto seconds = seconds_since(began);
    keep(value_or_throw(asker_.receive<raw_body>()).payload());
    return seconds;
  }

  /// The same while all that the server may keep for another requester waits to be read.
  /// @returns seconds, without those in which the other one asks, and reads what is left
  double fly_beside_slow_requester(std::size_t messages) {
    requester_.fill(full_);
    std::atomic<bool> done{false};
    auto reading = std::async(std::launch::async, [&] { requester_.read_slowly_until(done); });
    const auto began = clock::now();
    fly(messages);
    const auto seconds = seconds_since(began);
    done = true;
    reading.get();
    requester_.read_all();
    return seconds;
  }

private:
  route path_to(const std::string& worker, const char* from) {
    const auto connection = own_.transport.connect(server_.line());
    own_.node.flow_controls().add_consumer(from, connection.flow_control_id());
    return make_route(connection, address{worker});
  }

  child server_{"slow-parties"};
  std::shared_ptr<flight> flight_ = std::make_shared<flight>();
  std::shared_ptr<asking> asking_ = std::make_shared<asking>();
  tcp_node own_;
  const connection full_ = own_.transport.connect(server_.line());
  greedy_requester requester_{own_.node, make_route(full_, "amplifier")};
  endpoint asker_ = own_.node.make_endpoint("asker");
  std::size_t next_new_ = 0;
};

/// Two variants: without, and with the slow one.
row beside(const std::string& name, const std::string& variant_name,
           double (beside_slow_ones::*fly)(std::size_t), std::size_t messages) {
  return {.figures = {{"tcp." + name, unit::rate}},
          .baselines = {"ockam"},
          .set_up =
            [=] {
              const auto own = std::make_shared<beside_slow_ones>();
              return std::vector{
                timed("ockam", [own](std::size_t n) { own->fly(n); }),
                variant{variant_name, [=](std::size_t n) { return std::vector{((*own).*fly)(n)}; }},
              };
            },
          .operations = messages};
}

// -- idle_connections -----------------------------------------------------------------------------

/// A node that is connected to itself.
class connected_to_itself {
public:
  connected_to_itself() {
    own_.node.start_worker("echo", echo{});
    own_.node.flow_controls().add_consumer("echo", listener_.flow_control_id());
  }

  /// Connects until there are so many, and weighs what was added.
  void connect(std::size_t count) {
    all_.reserve(count);
    begin_weighing(); // not the list, which is ours
    while (all_.size() < count)
      all_.push_back(own_.transport.connect(listener_.socket_address()));
    wait_until("all connections were accepted",
               [&] { return own_.transport.connections().size() == 2 * count; });
  }

  void exchange() {
    for (const auto& each : all_) {
      own_.node.flow_controls().add_consumer("mailbox", each.flow_control_id());
      value_or_throw(mailbox_.send(make_route(each, "echo"), body_));
      keep(value_or_throw(mailbox_.receive<raw_body>()).payload());
    }
  }

  void wait_until_idle() {
    wait_until("the connections gave their buffers back",
               [&] { return own_.node.metrics().buffer_bytes == 0; });
  }

private:
  tcp_node own_;
  tcp::listener listener_ = own_.transport.listen("127.0.0.1:0");
  endpoint mailbox_ = own_.node.make_endpoint("mailbox");
  raw_body body_{payload_of(32)};
  std::vector<connection> all_;
};

/// Bytes of the heap for so many ends of connections: new, and when each has carried a message.
std::vector<double> weigh_connections(std::size_t ends) {
  constexpr std::size_t first = 10; // what all share is there after these
  connected_to_itself own;
  own.connect(first);
  for (int i = 0; i < 100; ++i)
    own.exchange();
  own.wait_until_idle();
  own.connect(first + ends / 2);
  own.wait_until_idle();
  const auto when_new = heap_growth();
  own.exchange();
  own.wait_until_idle();
  const auto when_used = heap_growth();
  end_weighing();
  return {when_new, when_used};
}

} // namespace

void serve_slow_parties() {
  tcp_node own;
  std::vector<std::string> names{"slow", "amplifier"};
  own.node.start_worker("slow", slow_echo{});
  own.node.start_worker("amplifier", amplifier{});
  for (std::size_t i = 0; i < quick_workers; ++i) {
    names.push_back(quick_name(i));
    own.node.start_worker(names.back(), echo{});
  }
  for (std::size_t i = 0; i < new_workers; ++i) {
    names.push_back(new_name(i));
    own.node.start_worker(names.back(), new_worker{});
  }
  own.serve(names);
}

row slow_worker(std::size_t messages) {
  return beside("slow_worker", "ockam, with a slow worker",
                &beside_slow_ones::fly_beside_slow_worker, messages);
}

row new_slow_worker(std::size_t messages) {
  return beside("new_slow_worker", "ockam, with a new worker that blocks",
                &beside_slow_ones::fly_beside_new_worker, messages);
}

row slow_requester(std::size_t messages) {
  return beside("slow_requester", "ockam, with a slow requester",
                &beside_slow_ones::fly_beside_slow_requester, messages);
}

row idle_connections(std::size_t count) {
  return {.figures = {{"tcp.idle_connection_bytes", unit::bytes},
                      {"tcp.idle_connection_bytes.after_use", unit::bytes}},
          .baselines = {},
          .set_up =
            [] {
              return std::vector{variant{"ockam", weigh_connections, {}}};
            },
          .operations = 2 * count,
          .most_rounds = 3};
}

} // namespace bench
