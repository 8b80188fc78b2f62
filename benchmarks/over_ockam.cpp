// Nodes of this project over their TCP transport.

#include "over_ockam.hpp"
#include "flight.hpp"
#include "tcp_node.hpp"

#include "ockam/actors/relay.hpp"

namespace bench {
namespace {

using namespace ockam;

struct echo {
  result<void> handle_message(context& ctx, const routed<raw>& what) {
    if (is_wanted_back(what.payload().data()[0]))
      return ctx.send(what.return_route(), raw{what.payload()});
    return {};
  }
};

struct driver {
  std::shared_ptr<flight> flying;
  std::vector<route> paths;
  batch<raw> what;
  std::size_t turn = 0;

  void handle_message(context& ctx, routed<any>&&) {
    what.send(flying->next(), [&](const raw& body) {
      if (auto sent = ctx.send(paths[turn++ % paths.size()], body); !sent)
        flying->fail(to_string(sent.error()));
    });
  }
};

tcp::transport_options polling() {
  tcp::transport_options options;
  options.poll_before_sleeping = std::chrono::microseconds{50};
  return options;
}

void serve_with(const tcp::transport_options& options) {
  tcp_node own{options};
  own.node.start_worker("echo", echo{});
  own.serve({"echo"});
}

void serve() {
  serve_with({});
}

void serve_polling() {
  serve_with(polling());
}

void relay_to(const std::string& to) {
  tcp_node own;
  const auto connection = own.tcp.connect("127.0.0.1:" + to);
  own.node.start_worker("relay", relay{connection});
  own.serve({"relay"});
}

raw as_it_is(const bytes& payload) {
  return raw{shared_bytes::adopt(payload)};
}

std::vector<variant> connect(const load& what, const std::string& port, bool relayed) {
  const auto own = std::make_shared<ockam_client>(
    what, port, relayed ? route{"relay", "echo"} : route{"echo"}, as_it_is);
  std::vector<variant> all{timed("ockam, worker", [own](std::size_t n) { own->fly_by_worker(n); })};
  if (what.connections == 1)
    all.push_back(timed("ockam, thread", [own](std::size_t n) { own->fly_by_thread(n); }));
  if (what.connections == 1 && what.window == 1 && what.each == 1)
    all.push_back(timed("ockam, send_and_receive", [own](std::size_t n) { own->request(n); }));
  return all;
}

std::vector<variant> connect_polling(const load& what, const std::string& port, bool) {
  const auto own = std::make_shared<ockam_client>(what, port, route{"echo"}, as_it_is, polling());
  return {timed("ockam, polling", [own](std::size_t n) { own->fly_by_worker(n); })};
}

} // namespace

void tcp_node::serve(const std::vector<std::string>& names) {
  const auto listener = tcp.listen("127.0.0.1:0");
  for (const auto& each : names)
    node.flow_control().add_consumer(address{each}, listener.flow_control_id());
  child::serve(std::to_string(listener.port()));
}

ockam_client::ockam_client(const load& what, const std::string& port, const route& onward,
                           raw (*encode)(const bytes&), const tcp::transport_options& options)
  : flight_{std::make_shared<flight>()},
    window_{what.window},
    batch_{batch_of(what, encode)},
    own_{std::make_unique<tcp_node>(options)},
    mailbox_{own_->node.detached("mailbox")} {
  std::vector<route> paths;
  for (std::size_t i = 0; i < what.connections; ++i) {
    const auto connection = own_->tcp.connect("127.0.0.1:" + port);
    for (const auto* each : {"driver", "mailbox"})
      own_->node.flow_control().add_consumer(each, connection.flow_control_id());
    paths.push_back(make_route(connection, onward));
  }
  path_ = paths.front();
  own_->node.start_worker("driver", driver{flight_, std::move(paths), batch_});
}

ockam_client::~ockam_client() = default;

void ockam_client::fly_by_worker(std::size_t messages) {
  flight_->begin(messages / batch_.each, window_);
  own_->node.send("driver", raw{});
  flight_->wait();
}

void ockam_client::fly_by_thread(std::size_t messages) {
  flight_->begin(messages / batch_.each, window_);
  for (;;) {
    batch_.send(flight_->next(),
                [this](const raw& body) { value_or_throw(mailbox_.send(path_, body)); });
    if (flight_->landed())
      return;
    keep(value_or_throw(mailbox_.receive<raw>()).payload());
  }
}

void ockam_client::request(std::size_t messages) {
  for (; messages > 0; --messages)
    own_->node.send_and_receive<raw>(path_, batch_.asking);
}

technology over_ockam() {
  return {.name = "ockam", .serve = serve, .relay = relay_to, .connect = connect};
}

technology over_ockam_polling() {
  return {.name = "ockam-polling", .serve = serve_polling, .connect = connect_polling};
}

} // namespace bench
