#include "child.hpp"
#include "row.hpp"
#include "stage.hpp"
#include "tcp_node.hpp"

#include <cstring>
#include <optional>
#include <thread>
#include <utility>

namespace bench {
namespace {

using namespace ockam;

address name_of(std::size_t player) {
  return address{"p" + std::to_string(player)};
}

raw_body encode(const memo& what) {
  return raw_body{shared_bytes::of_size(sizeof what, [&](std::span<std::uint8_t> to) {
    std::memcpy(to.data(), &what, sizeof what);
  })};
}

memo decode(const shared_bytes& payload) {
  memo what;
  if (payload.size() == sizeof what)
    std::memcpy(&what, payload.data(), sizeof what);
  return what;
}

class worker_stage final : public stage {
public:
  worker_stage(context& ctx, const routed<raw_body>& handled, const std::vector<route>* all)
    : context_{ctx}, handled_{handled}, all_{all} {}

  void send(std::size_t to, const memo& what) override {
    value_or_throw(context_.send((*all_)[to], encode(what)));
  }
  void reply(const memo& what) override {
    value_or_throw(context_.send(handled_.return_route(), encode(what)));
  }
  void quit() override { context_.stop(); }

private:
  context& context_;
  const routed<raw_body>& handled_;
  const std::vector<route>* all_;
};

struct acting {
  std::unique_ptr<player> played;
  std::shared_ptr<const std::vector<route>> all;

  void handle_message(context& ctx, const routed<raw_body>& received) {
    worker_stage here{ctx, received, all.get()};
    played->on(here, decode(received.payload()));
  }
};

/// A node for each performance.
class local final : public theatre {
public:
  void open(cast_list players) override {
    node_.emplace(on_.system);
    all_ = std::make_shared<std::vector<route>>();
    for (std::size_t i = 0; i < players.size(); ++i)
      all_->emplace_back(name_of(i));
    for (std::size_t i = 0; i < players.size(); ++i)
      node_->start_worker(name_of(i), acting{std::move(players[i]), all_});
  }
  void send(std::size_t to, const memo& what) override { node_->send((*all_)[to], encode(what)); }
  void close() override { node_.reset(); }

private:
  host on_{policy::stealing};
  std::shared_ptr<std::vector<route>> all_;
  std::optional<node> node_;
};

/// One stage here, one there.
class split final : public theatre {
public:
  explicit split(const std::string& role) : server_{role} {}

  void open(cast_list players) override {
    all_ = std::make_shared<std::vector<route>>();
    own_.clear();
    for (std::size_t i = 0; i < players.size(); ++i)
      all_->push_back(players[i] ? route{name_of(i)} : make_route(connection_, name_of(i)));
    for (std::size_t i = 0; i < players.size(); ++i)
      if (players[i])
        own_.push_back(node_.node.start_worker(name_of(i), acting{std::move(players[i]), all_}));
    for (const auto& each : own_) // stopped ones are forgotten
      node_.node.flow_controls().add_consumer(each, connection_.flow_control_id());
    if (!std::exchange(introduced_, true)) // those there learn the way to here
      node_.node.send_and_receive<raw_body>(make_route(connection_, "prompter"), raw_body{});
  }
  void send(std::size_t to, const memo& what) override {
    node_.node.send(all_->at(to), encode(what));
  }
  void close() override {
    for (const auto& each : own_)
      node_.node.stop_worker(each);
    const auto until = clock::now() + hang_limit / 2;
    for (const auto& each : own_)
      while (node_.node.is_registered(each) && clock::now() < until)
        std::this_thread::yield();
  }

private:
  child server_;
  tcp_node node_;
  connection connection_ = node_.transport.connect(server_.line());
  std::shared_ptr<std::vector<route>> all_;
  std::vector<address> own_;
  bool introduced_ = false;
};

/// Learns from a first message the routes to players in the other process.
struct prompter {
  std::shared_ptr<std::vector<route>> all;

  result<void> handle_message(context& ctx, const routed<raw_body>& received) {
    for (std::size_t i = 0; i < all->size(); ++i)
      if ((*all)[i].empty())
        (*all)[i] = make_route(address{received.return_route().front()}, name_of(i));
    return ctx.send(received.return_route(), raw_body{received.payload()});
  }
};

} // namespace

std::shared_ptr<theatre> ockam_theatre() {
  return std::make_shared<local>();
}

std::shared_ptr<theatre> split_ockam_theatre(const std::string& role) {
  return std::make_shared<split>(role);
}

void serve_players_over_ockam(cast_list there) {
  tcp_node own;
  std::vector<std::string> names{"prompter"};
  const auto all = std::make_shared<std::vector<route>>(there.size());
  for (std::size_t i = 0; i < there.size(); ++i)
    if (there[i]) {
      (*all)[i] = route{name_of(i)};
      names.emplace_back("p" + std::to_string(i));
      own.node.start_worker(name_of(i), acting{std::move(there[i]), all});
    }
  own.node.start_worker("prompter", prompter{all});
  own.serve(names);
}

} // namespace bench
