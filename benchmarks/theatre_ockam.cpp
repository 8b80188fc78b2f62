#include "child.hpp"
#include "row.hpp"
#include "stage.hpp"
#include "tcp_node.hpp"

#include <cstring>
#include <optional>
#include <thread>

namespace bench {
namespace {

using namespace ockam;

raw encode(const memo& what) {
  return raw{shared_bytes::of_size(sizeof what, [&](std::span<std::uint8_t> to) {
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
  worker_stage(context& ctx, const routed<raw>& handled, const std::vector<route>* all)
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
  const routed<raw>& handled_;
  const std::vector<route>* all_;
};

struct acting {
  std::unique_ptr<player> who;
  std::shared_ptr<const std::vector<route>> all;

  void handle_message(context& ctx, const routed<raw>& received) {
    worker_stage here{ctx, received, all.get()};
    who->on(here, decode(received.payload()));
  }
};

/// A node for each performance.
class local final : public theatre {
public:
  void open(cast_list players) override {
    node_.emplace(on_.system);
    all_ = std::make_shared<std::vector<route>>();
    for (std::size_t i = 0; i < players.size(); ++i)
      all_->emplace_back("p" + std::to_string(i));
    for (std::size_t i = 0; i < players.size(); ++i)
      node_->start_worker(address{(*all_)[i].front()}, acting{std::move(players[i]), all_});
  }
  void send(std::size_t to, const memo& what) override { node_->send((*all_)[to], encode(what)); }
  void close() override { node_.reset(); }

private:
  host on_{policy::stealing};
  std::shared_ptr<std::vector<route>> all_;
  std::optional<node> node_;
};

/// One player here, one there.
class split final : public theatre {
public:
  explicit split(const std::string& role) : server_{role} {}

  void open(cast_list players) override {
    own_.node.flow_control().add_consumer("p0", connection_.flow_control_id());
    own_.node.start_worker("p0", acting{std::move(players.at(0)), all_});
  }
  void send(std::size_t to, const memo& what) override {
    own_.node.send(all_->at(to), encode(what));
  }
  void close() override {
    own_.node.stop_worker("p0");
    const auto until = clock::now() + hang_limit / 2;
    while (own_.node.is_registered("p0") && clock::now() < until)
      std::this_thread::yield();
  }

private:
  child server_;
  tcp_node own_;
  connection connection_ = own_.tcp.connect("127.0.0.1:" + server_.line());
  std::shared_ptr<const std::vector<route>> all_ = std::make_shared<const std::vector<route>>(
    std::vector{route{"p0"}, make_route(connection_, "player")});
};

} // namespace

std::shared_ptr<theatre> ockam_theatre() {
  return std::make_shared<local>();
}

std::shared_ptr<theatre> split_ockam_theatre(const std::string& role) {
  return std::make_shared<split>(role);
}

void serve_player_over_ockam(std::unique_ptr<player> remote) {
  tcp_node own;
  own.node.start_worker("player", acting{std::move(remote), nullptr});
  own.serve("player");
}

} // namespace bench
