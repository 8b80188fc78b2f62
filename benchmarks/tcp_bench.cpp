// Messages between processes over loopback TCP, and the same with raw Asio and with CAF's own
// remoting. The measuring process is the client; servers and relays are this program with a role.

#include "child.hpp"
#include "harness.hpp"

#include "ockam/actors/node.hpp"
#include "ockam/actors/relay.hpp"
#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/frame.hpp"
#include "ockam/transports/tcp.hpp"

#include <map>
#include <memory>

#include <asio.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#ifdef OCKAM_HAVE_CAF_IO
#  include <caf/io/all.hpp>
#endif

namespace {

using namespace ockam;

/// One-way messages are acknowledged by the batch; this many batches are on their way.
constexpr std::size_t batch = 256;
constexpr std::size_t batches_on_their_way = 4;

/// The first byte of a payload says what is wanted: it back, or an answer to every batch.
enum class wish : std::uint8_t { echo = 'e', acknowledge = 'a' };

bytes payload_for(wish what, std::size_t size) {
  bytes payload(size, std::uint8_t{0x5a});
  payload.front() = static_cast<std::uint8_t>(what);
  return payload;
}

/// Counts messages; true for the last one of a batch.
class batch_counter {
public:
  bool completes() { return ++count_ % batch == 0; }

private:
  std::size_t count_ = 0;
};

// -- raw Asio -------------------------------------------------------------------------------------

/// Frames in, frames out, on one thread: what a program without actors would do.
class asio_peer : public std::enable_shared_from_this<asio_peer> {
public:
  using on_frame = std::function<void(asio_peer&, bytes_view frame)>; // with its header

  asio_peer(asio::ip::tcp::socket socket, on_frame call)
    : socket_{std::move(socket)}, call_{std::move(call)} {
    socket_.set_option(asio::ip::tcp::no_delay{true});
  }

  void read() {
    socket_.async_read_some(asio::buffer(input_.data() + filled_, input_.size() - filled_),
                            [me = shared_from_this()](const std::error_code& failed,
                                                      std::size_t count) {
                              if (failed)
                                return;
                              me->filled_ += count;
                              me->take_frames();
                              me->flush();
                              me->read();
                            });
  }

  void send(bytes_view frame) { waiting_.insert(waiting_.end(), frame.begin(), frame.end()); }

  /// Writes what waits, once nothing is being written.
  void flush() {
    if (waiting_.empty() || !writing_.empty())
      return;
    std::swap(waiting_, writing_);
    asio::async_write(socket_, asio::buffer(writing_),
                      [me = shared_from_this()](const std::error_code& failed, std::size_t) {
                        me->writing_.clear();
                        if (!failed)
                          me->flush();
                      });
  }

private:
  void take_frames() {
    std::size_t taken = 0;
    for (;;) {
      const auto* head = input_.data() + taken;
      if (filled_ - taken < frame_header_size)
        break;
      const std::size_t size = frame_header_size
                               + (std::size_t{head[0]} << 24 | std::size_t{head[1]} << 16
                                  | std::size_t{head[2]} << 8 | head[3]);
      if (filled_ - taken < size)
        break;
      call_(*this, {head, size});
      taken += size;
    }
    std::memmove(input_.data(), input_.data() + taken, filled_ - taken);
    filled_ -= taken;
  }

  asio::ip::tcp::socket socket_;
  on_frame call_;
  bytes input_ = bytes(256u << 10);
  std::size_t filled_ = 0;
  bytes waiting_;
  bytes writing_;
};

/// A frame as large as ours with the same payload.
bytes asio_frame(wish what, std::size_t size) {
  const message content{route{"echo"}, route{address::random()},
                        shared_bytes::adopt(payload_for(what, size))};
  bytes frame(frame_header_size);
  const auto body = encode_message(content);
  put_frame_header(frame.data(), static_cast<std::uint32_t>(body.size()));
  frame.insert(frame.end(), body.begin(), body.end());
  frame[frame_header_size] = static_cast<std::uint8_t>(what);
  return frame;
}

asio::ip::tcp::endpoint loopback(unsigned short port) {
  return {asio::ip::address_v4::loopback(), port};
}

std::shared_ptr<asio_peer> asio_connect(asio::io_context& io, unsigned short port,
                                        asio_peer::on_frame call) {
  asio::ip::tcp::socket socket{io};
  socket.connect(loopback(port));
  auto peer = std::make_shared<asio_peer>(std::move(socket), std::move(call));
  peer->read();
  return peer;
}

class asio_acceptor {
public:
  asio_acceptor(asio::io_context& io, asio_peer::on_frame call)
    : acceptor_{io, loopback(0)}, call_{std::move(call)} {
    accept();
  }
  [[nodiscard]] std::string port() const {
    return std::to_string(acceptor_.local_endpoint().port());
  }

private:
  void accept() {
    acceptor_.async_accept([this](const std::error_code& failed, asio::ip::tcp::socket socket) {
      if (failed)
        return;
      std::make_shared<asio_peer>(std::move(socket), call_)->read();
      accept();
    });
  }

  asio::ip::tcp::acceptor acceptor_;
  asio_peer::on_frame call_;
};

void run_until_told(asio::io_context& io, const std::string& line) {
  std::thread thread{[&io] { io.run(); }};
  bench::child::serve(line);
  io.stop();
  thread.join();
}

void serve_asio() {
  asio::io_context io{1};
  batch_counter received;
  const asio_acceptor acceptor{
    io, [&](asio_peer& from, bytes_view frame) {
      if (frame[frame_header_size] == static_cast<std::uint8_t>(wish::echo) || received.completes())
        from.send(frame);
    }};
  run_until_told(io, acceptor.port());
}

void relay_asio(unsigned short to) {
  asio::io_context io{1};
  asio_peer* client = nullptr; // one at a time
  const auto server = asio_connect(io, to, [&](asio_peer&, bytes_view frame) {
    client->send(frame);
    client->flush();
  });
  const asio_acceptor acceptor{io, [&](asio_peer& from, bytes_view frame) {
                                 client = &from;
                                 server->send(frame);
                                 server->flush();
                               }};
  run_until_told(io, acceptor.port());
}

/// Everything on the measuring thread.
class asio_client {
public:
  explicit asio_client(const std::string& port) {
    peer_ = asio_connect(io_, static_cast<unsigned short>(std::stoi(port)),
                         [this](asio_peer&, bytes_view) { go_on(); });
  }
  ~asio_client() {
    io_.stop();
    peer_.reset();
  }
  asio_client(const asio_client&) = delete;
  asio_client& operator=(const asio_client&) = delete;

  void fly(const bytes& frame, std::size_t messages, std::size_t window, std::size_t each) {
    frame_ = &frame;
    each_ = each;
    to_return_ = messages / each;
    flight_.begin(to_return_, window);
    go_on();
    peer_->flush();
    const auto until = bench::clock::now() + bench::hang_limit / 2;
    io_.restart();
    while (to_return_ > 0)
      if (io_.run_one_until(until) == 0)
        throw std::runtime_error{"frames did not come back in time"};
  }

private:
  void go_on() {
    if (std::exchange(flying_, true))
      --to_return_;
    for (auto count = flight_.next() * each_; count > 0; --count)
      peer_->send(*frame_);
    if (to_return_ == 0)
      flying_ = false;
  }

  asio::io_context io_{1};
  std::shared_ptr<asio_peer> peer_;
  bench::flight flight_;
  const bytes* frame_ = nullptr;
  std::size_t each_ = 1;
  std::size_t to_return_ = 0;
  bool flying_ = false;
};

// -- CAF's remoting -------------------------------------------------------------------------------

#ifdef OCKAM_HAVE_CAF_IO

struct basp_system {
  struct configuration : caf::actor_system_config {
    configuration() {
      compat::tune_for_io(*this, 2);
      load<caf::io::middleman>();
    }
  };

  std::string publish(const caf::actor& server) {
    const auto port = system.middleman().publish(server, 0, "127.0.0.1");
    if (!port)
      throw std::runtime_error{"publishing failed: " + compat::render(system, port.error())};
    return std::to_string(*port);
  }

  caf::actor connect(const std::string& port) {
    auto remote = system.middleman().remote_actor("127.0.0.1",
                                                  static_cast<std::uint16_t>(std::stoi(port)));
    if (!remote)
      throw std::runtime_error{"connecting failed: " + compat::render(system, remote.error())};
    return std::move(*remote);
  }

  configuration config;
  caf::actor_system system{config};
};

void stop_actor(const caf::actor& which) {
  compat::post_exit(caf::actor_cast<caf::abstract_actor*>(which));
}

class basp_server final : public caf::event_based_actor {
public:
  using caf::event_based_actor::event_based_actor;
  caf::behavior make_behavior() override {
    return {[this](std::string& payload) {
      if (payload.front() == static_cast<char>(wish::echo) || received_.completes())
        compat::send(this, caf::actor_cast<caf::actor>(current_sender()), std::move(payload));
    }};
  }

private:
  batch_counter received_;
};

class basp_relay final : public caf::event_based_actor {
public:
  basp_relay(caf::actor_config& config, caf::actor server)
    : caf::event_based_actor{config}, server_{std::move(server)} {}
  caf::behavior make_behavior() override {
    return {[this](std::string& payload) {
      auto from = caf::actor_cast<caf::actor>(current_sender());
      if (from == server_)
        return compat::send(this, client_, std::move(payload));
      client_ = std::move(from);
      compat::send(this, server_, std::move(payload));
    }};
  }
  void on_exit() override { server_ = client_ = nullptr; }

private:
  caf::actor server_;
  caf::actor client_;
};

class basp_driver final : public caf::event_based_actor {
public:
  basp_driver(caf::actor_config& config, std::shared_ptr<bench::flight> flight, caf::actor server,
              std::string payload, std::size_t each)
    : caf::event_based_actor{config},
      flight_{std::move(flight)},
      server_{std::move(server)},
      payload_{std::move(payload)},
      each_{each} {}
  caf::behavior make_behavior() override {
    return {[this](std::string&) {
      for (auto count = flight_->next() * each_; count > 0; --count)
        compat::send(this, server_, std::string{payload_});
    }};
  }
  void on_exit() override { server_ = nullptr; }

private:
  std::shared_ptr<bench::flight> flight_;
  caf::actor server_;
  std::string payload_;
  std::size_t each_;
};

void serve_basp() {
  basp_system basp;
  const auto server = basp.system.spawn<basp_server>();
  bench::child::serve(basp.publish(server));
  std::_Exit(0); // CAF waits for its proxies otherwise
}

void relay_basp(const std::string& to) {
  basp_system basp;
  const auto relay = basp.system.spawn<basp_relay>(basp.connect(to));
  bench::child::serve(basp.publish(relay));
  std::_Exit(0);
}

class basp_client {
public:
  explicit basp_client(const std::string& port) : remote_{basp_.connect(port)} {}

  bench::variant driven(wish what, std::size_t size, std::size_t window, std::size_t each) {
    const auto payload = payload_for(what, size);
    auto driver = std::shared_ptr<caf::actor>{
      new caf::actor{
        basp_.system.spawn<basp_driver>(flight_, remote_, std::string{as_text(payload)}, each)},
      [](caf::actor* own) {
        stop_actor(*own);
        delete own;
      }};
    return bench::timed("basp", [this, driver, window, each](std::size_t n) {
      flight_->begin(n / each, window);
      compat::post(caf::actor_cast<caf::abstract_actor*>(*driver), nullptr, std::string{});
      flight_->wait();
    });
  }

private:
  std::shared_ptr<bench::flight> flight_ = std::make_shared<bench::flight>();
  basp_system basp_;
  caf::actor remote_;
};

#endif

// -- ours -----------------------------------------------------------------------------------------

struct ockam_system {
  struct configuration : caf::actor_system_config {
    configuration() { compat::tune_for_io(*this, 2); }
  };
  configuration config;
  caf::actor_system system{config};
  ockam::node node{system};
  tcp::transport tcp{tcp::transport::create(node)};
};

struct echo {
  batch_counter received;

  result<void> handle_message(context& ctx, const routed<raw>& what) {
    if (what.payload().data()[0] == static_cast<std::uint8_t>(wish::echo) || received.completes())
      return ctx.send(what.return_route(), raw{what.payload()});
    return {};
  }
};

struct driver {
  std::shared_ptr<bench::flight> flight;
  route path;
  raw body;
  std::size_t each;

  void handle_message(context& ctx, routed<any>&&) {
    for (auto count = flight->next() * each; count > 0; --count)
      if (auto sent = ctx.send(path, body); !sent)
        flight->fail(to_string(sent.error()));
  }
};

void serve_ockam() {
  ockam_system own;
  own.node.start_worker("echo", echo{});
  const auto listener = own.tcp.listen("127.0.0.1:0");
  own.node.flow_control().add_consumer("echo", listener.flow_control_id());
  bench::child::serve(std::to_string(listener.port()));
}

void relay_ockam(const std::string& to) {
  ockam_system own;
  const auto connection = own.tcp.connect("127.0.0.1:" + to);
  own.node.start_worker("relay", relay{connection});
  const auto listener = own.tcp.listen("127.0.0.1:0");
  own.node.flow_control().add_consumer("relay", listener.flow_control_id());
  bench::child::serve(std::to_string(listener.port()));
}

class ockam_client {
public:
  /// @param through  names between the connection and the echo
  ockam_client(const std::string& port, route through)
    : connection_{own_.tcp.connect("127.0.0.1:" + port)},
      path_{make_route(connection_, std::move(through), "echo")},
      mailbox_{own_.node.detached("mailbox")} {
    allow("mailbox");
  }

  /// A worker sends, and goes on in its handler.
  bench::variant driven(wish what, std::size_t size, std::size_t window, std::size_t each) {
    const auto name = "driver-" + std::to_string(drivers_++);
    own_.node.start_worker(name, driver{flight_, path_, body(what, size), each});
    allow(name);
    return bench::timed("ockam, worker", [this, name, window, each](std::size_t n) {
      flight_->begin(n / each, window);
      own_.node.send(name, raw{});
      flight_->wait();
    });
  }

  /// The measuring thread sends and receives.
  bench::variant by_thread(wish what, std::size_t size, std::size_t window, std::size_t each) {
    return bench::timed("ockam, thread",
                        [this, payload = body(what, size), window, each](std::size_t n) {
                          auto flight = std::make_unique<bench::flight>();
                          flight->begin(n / each, window);
                          for (auto left = n / each;; --left) {
                            for (auto count = flight->next() * each; count > 0; --count)
                              value_or_throw(mailbox_.send(path_, payload));
                            if (left == 0)
                              break;
                            bench::keep(value_or_throw(mailbox_.receive<raw>()).payload());
                          }
                        });
  }

  bench::variant requests(std::size_t size) {
    return bench::timed("ockam, send_and_receive",
                        [this, payload = body(wish::echo, size)](std::size_t n) {
                          for (; n > 0; --n)
                            own_.node.send_and_receive<raw>(path_, payload);
                        });
  }

private:
  static raw body(wish what, std::size_t size) {
    return raw{shared_bytes::adopt(payload_for(what, size))};
  }
  void allow(const address& own) {
    own_.node.flow_control().add_consumer(own, connection_.flow_control_id());
  }

  std::shared_ptr<bench::flight> flight_ = std::make_shared<bench::flight>();
  ockam_system own_;
  connection connection_;
  route path_;
  endpoint mailbox_;
  int drivers_ = 0;
};

// -- rows -----------------------------------------------------------------------------------------

struct load {
  std::string name;
  wish what = wish::echo;
  std::size_t size = 32;
  std::size_t window = 1;
  std::size_t each = 1;
  bench::unit unit = bench::unit::microseconds;
  bool with_requests = false;
};

/// The clients of one topology: the ports are those of a raw, a BASP and an own server or relay.
class topology {
public:
  topology(const std::string& asio, [[maybe_unused]] const std::string& basp,
           const std::string& own, const route& through)
    : asio_{asio},
#ifdef OCKAM_HAVE_CAF_IO
      basp_{basp},
#endif
      own_{own, through} {
  }

  void measure(bench::suite& suite, const load& what) {
    if (!suite.wants(what.name))
      return;
    const auto frame = asio_frame(what.what, what.size);
    bench::comparison rows{.figures = {{what.name, what.unit}},
                           .baselines = {"asio"},
                           .variants = {},
                           .multiple_of = what.each};
    rows.variants.push_back(
      bench::timed("asio", [&](std::size_t n) { asio_.fly(frame, n, what.window, what.each); }));
#ifdef OCKAM_HAVE_CAF_IO
    rows.baselines.emplace_back("basp");
    rows.variants.push_back(basp_.driven(what.what, what.size, what.window, what.each));
#endif
    rows.variants.push_back(own_.driven(what.what, what.size, what.window, what.each));
    rows.variants.push_back(own_.by_thread(what.what, what.size, what.window, what.each));
    if (what.with_requests)
      rows.variants.push_back(own_.requests(what.size));
    suite.compare(rows);
  }

private:
  asio_client asio_;
#ifdef OCKAM_HAVE_CAF_IO
  basp_client basp_;
#endif
  ockam_client own_;
};

load round_trip(std::string name, std::size_t size) {
  return {.name = std::move(name), .size = size, .with_requests = true};
}

load pipelined(std::string name, std::size_t size, std::size_t window) {
  return {.name = std::move(name), .size = size, .window = window, .unit = bench::unit::rate};
}

load one_way(std::string name, std::size_t size) {
  return {.name = std::move(name),
          .what = wish::acknowledge,
          .size = size,
          .window = batches_on_their_way,
          .each = batch,
          .unit = bench::unit::rate};
}

void measure(bench::suite& suite) {
  bench::child asio{{"--role", "serve-asio"}};
  bench::child own{{"--role", "serve-ockam"}};
  bench::child asio_relay{{"--to", asio.line(), "--role", "relay-asio"}};
  bench::child own_relay{{"--to", own.line(), "--role", "relay-ockam"}};
  std::string basp_port;
  std::string basp_relay_port;
#ifdef OCKAM_HAVE_CAF_IO
  bench::child basp{{"--role", "serve-basp"}};
  bench::child basp_relay{{"--to", basp.line(), "--role", "relay-basp"}};
  basp_port = basp.line();
  basp_relay_port = basp_relay.line();
#endif
  {
    topology direct{asio.line(), basp_port, own.line(), route{}};
    direct.measure(suite, round_trip("tcp.round_trip.32B", 32));
    direct.measure(suite, round_trip("tcp.round_trip.1KiB", 1024));
    direct.measure(suite, pipelined("tcp.echo.1KiB.window_16", 1024, 16));
    direct.measure(suite, pipelined("tcp.echo.1KiB.window_256", 1024, 256));
    direct.measure(suite, one_way("tcp.one_way.32B", 32));
    direct.measure(suite, one_way("tcp.one_way.1KiB", 1024));
  }
  topology relayed{asio_relay.line(), basp_relay_port, own_relay.line(), route{"relay"}};
  relayed.measure(suite, round_trip("tcp.relay_round_trip.32B", 32));
  relayed.measure(suite, round_trip("tcp.relay_round_trip.1KiB", 1024));
}

} // namespace

int main(int argc, char** argv) {
  return bench::guarded_main("tcp_bench", [&] {
    bench::suite suite{"tcp_bench", "Messages between processes over loopback TCP"};
    std::string role;
    std::string to;
    suite.command_line().add_option("--role", role, "Serve a client instead of measuring");
    suite.command_line().add_option("--to", to, "Port that a relay connects to");
    if (const auto status = suite.parse(argc, argv); status >= 0)
      return status;
    compat::init_message_types<caf::id_block::ockam>();
#if defined(OCKAM_HAVE_CAF_IO) && CAF_MAJOR_VERSION >= 1
    caf::io::middleman::init_global_meta_objects();
#endif
    const std::map<std::string, std::function<void()>> roles{
      {"serve-asio", serve_asio},
      {"serve-ockam", serve_ockam},
      {"relay-asio", [&] { relay_asio(static_cast<unsigned short>(std::stoi(to))); }},
      {"relay-ockam", [&] { relay_ockam(to); }},
#ifdef OCKAM_HAVE_CAF_IO
      {"serve-basp", serve_basp},
      {"relay-basp", [&] { relay_basp(to); }},
#endif
    };
    if (!role.empty()) {
      roles.at(role)();
      return 0;
    }
    measure(suite);
    return suite.finish();
  });
}
