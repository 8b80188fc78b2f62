// Nodes of this project over their TCP transport.

#include "over_ockam.hpp"
#include "flight.hpp"
#include "tcp_node.hpp"

#include "ockam/actors/workers.hpp"
#include "ockam/transports/udp.hpp"
#include "ockam/transports/uds.hpp"
#ifdef OCKAM_HAVE_WEBSOCKET
#  include "ockam/transports/websocket.hpp"
#endif

#include <unistd.h>

namespace bench {

/// An abstract name.
template <>
std::string any_place<ockam::uds::transport>() {
  return "@ockam-bench-" + std::to_string(getpid());
}

namespace {

using namespace ockam;

struct echo {
  result<void> handle_message(context& ctx, const routed<raw_body>& what) {
    if (is_wanted_back(what.payload().data()[0]))
      return ctx.send(what.return_route(), raw_body{what.payload()});
    return {};
  }
};

struct driver {
  std::shared_ptr<flight> flying;
  std::vector<route> paths;
  batch<raw_body> what;
  std::size_t turn = 0;

  void handle_message(context& ctx, routed<any_body>&&) {
    what.send(flying->next(), [&](const raw_body& body) {
      if (auto sent = ctx.send(paths[turn++ % paths.size()], body); !sent)
        flying->fail(to_string(sent.error()));
    });
  }
};

/// A node with UDP, which sends datagrams of that size.
template <datagrams Size>
struct udp_node final : carrier {
  way connect(const std::string& place) override {
    auto tied = options();
    tied.peer = place;
    const auto bound = transport.bind("127.0.0.1:0", std::move(tied));
    return {bound, bound.flow_control_id()};
  }
  entrance listen() override {
    const auto bound = transport.bind("127.0.0.1:0", options());
    return {bound.socket_address(), bound.flow_control_id()};
  }

private:
  [[nodiscard]] udp::bind_options options() const {
    auto all = transport.default_bind_options();
    all.datagram_size = static_cast<std::size_t>(Size);
    return all;
  }

  udp::transport transport{udp::transport::create(node)};
};

tcp::transport_options polling() {
  tcp::transport_options options;
  options.poll_before_sleeping = std::chrono::milliseconds{1};
  return options;
}

void serve_with(carrier&& own) {
  own.node.start_worker("echo", echo{});
  own.serve({"echo"});
}

void relay_to(const std::string& to) {
  tcp_node own;
  const auto connection = own.transport.connect(to);
  own.node.start_worker("relay", relay{connection});
  own.serve({"relay"});
}

raw_body as_it_is(const bytes& payload) {
  return raw_body{shared_bytes::adopt(payload)};
}

std::shared_ptr<ockam_client> client_of(std::unique_ptr<carrier> own, const load& what,
                                        const std::string& place, bool relayed = false) {
  return std::make_shared<ockam_client>(std::move(own), what, place,
                                        relayed ? route{"relay", "echo"} : route{"echo"}, as_it_is);
}

variant by_worker(std::string name, const std::shared_ptr<ockam_client>& own) {
  return timed(std::move(name), [own](std::size_t n) { own->fly_by_worker(n); });
}

std::vector<variant> connect(const load& what, const std::string& port, bool relayed) {
  const auto own = client_of(std::make_unique<tcp_node>(), what, port, relayed);
  std::vector<variant> all{by_worker("ockam, worker", own)};
  if (what.connections == 1)
    all.push_back(timed("ockam, thread", [own](std::size_t n) { own->fly_by_thread(n); }));
  if (what.connections == 1 && what.window == 1 && what.each == 1)
    all.push_back(timed("ockam, send_and_receive", [own](std::size_t n) { own->request(n); }));
  return all;
}

std::vector<variant> connect_polling(const load& what, const std::string& port, bool) {
  return {
    by_worker("ockam, polling", client_of(std::make_unique<tcp_node>(polling()), what, port))};
}

/// What has no rows of its own for threads.
template <class Node>
technology only_by_worker(std::string role, std::string name = "ockam, worker") {
  return {.name = std::move(role),
          .serve = [] { serve_with(Node{}); },
          .connect =
            [name = std::move(name)](const load& what, const std::string& place, bool) {
              return std::vector{by_worker(name, client_of(std::make_unique<Node>(), what, place))};
            }};
}

} // namespace

void carrier::serve(const std::vector<std::string>& names) {
  const auto [place, id] = listen();
  for (const auto& each : names)
    node.flow_controls().add_consumer(address{each}, id);
  child::serve(place);
}

ockam_client::ockam_client(std::unique_ptr<carrier> own, const load& what, const std::string& place,
                           const route& onward, raw_body (*encode)(const bytes&))
  : flight_{std::make_shared<flight>()},
    window_{what.window},
    batch_{batch_of(what, encode)},
    own_{std::move(own)},
    mailbox_{own_->node.make_endpoint("mailbox")} {
  std::vector<route> paths;
  for (std::size_t i = 0; i < what.connections; ++i) {
    const auto [through, id] = own_->connect(place);
    for (const auto* each : {"driver", "mailbox"})
      own_->node.flow_controls().add_consumer(each, id);
    paths.push_back(make_route(through, onward));
  }
  path_ = paths.front();
  own_->node.start_worker("driver", driver{flight_, std::move(paths), batch_});
}

ockam_client::~ockam_client() = default;

void ockam_client::fly_by_worker(std::size_t messages) {
  flight_->begin(messages / batch_.each, window_);
  own_->node.send("driver", raw_body{});
  flight_->wait();
}

void ockam_client::fly_by_thread(std::size_t messages) {
  flight_->begin(messages / batch_.each, window_);
  for (;;) {
    batch_.send(flight_->next(),
                [this](const raw_body& body) { value_or_throw(mailbox_.send(path_, body)); });
    if (flight_->landed())
      return;
    keep(value_or_throw(mailbox_.receive<raw_body>()).payload());
  }
}

void ockam_client::request(std::size_t messages) {
  for (; messages > 0; --messages)
    own_->node.send_and_receive<raw_body>(path_, batch_.asking);
}

technology over_ockam() {
  return {.name = "ockam",
          .serve = [] { serve_with(tcp_node{}); },
          .relay = relay_to,
          .connect = connect};
}

technology over_ockam_polling() {
  return {.name = "ockam-polling",
          .serve = [] { serve_with(tcp_node{polling()}); },
          .connect = connect_polling};
}

technology over_ockam_tcp() {
  return only_by_worker<tcp_node>("ockam-tcp", "ockam over TCP");
}

technology over_ockam_udp(datagrams size) {
  return size == datagrams::small ? only_by_worker<udp_node<datagrams::small>>("ockam-udp-small")
                                  : only_by_worker<udp_node<datagrams::large>>("ockam-udp-large");
}

technology over_ockam_uds() {
  return only_by_worker<node_with<uds::transport>>("ockam-uds");
}

#ifdef OCKAM_HAVE_WEBSOCKET
technology over_ockam_websocket() {
  return only_by_worker<node_with<websocket::transport>>("ockam-websocket");
}
#endif

} // namespace bench
