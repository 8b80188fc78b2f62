// Raw standalone Asio: frames split and sent back on one thread, not decoded, no actors; what a program
// without a node would do.

#include "flight.hpp"
#include "technology.hpp"

#include <cstring>
#include <thread>

#include <asio.hpp>

namespace bench {
namespace {

using namespace ockam;
using asio::ip::tcp;

class peer : public std::enable_shared_from_this<peer> {
public:
  using on_frame = std::function<void(peer&, bytes_view frame)>; // with its header

  peer(tcp::socket socket, on_frame call) : socket_{std::move(socket)}, call_{std::move(call)} {
    socket_.set_option(tcp::no_delay{true});
  }

  void read() {
    socket_.async_read_some(asio::buffer(input_.data() + filled_, input_.size() - filled_),
                            [me = shared_from_this()](const std::error_code& failed,
                                                      std::size_t count) {
                              if (failed)
                                return;
                              me->take(count);
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
  void take(std::size_t count) {
    filled_ += count;
    const auto taken = for_each_frame(input_, filled_,
                                      [this](bytes_view frame) { call_(*this, frame); });
    filled_ -= taken;
    std::memmove(input_.data(), input_.data() + taken, filled_);
  }

  tcp::socket socket_;
  on_frame call_;
  bytes input_ = bytes(read_buffer_size);
  std::size_t filled_ = 0;
  bytes waiting_;
  bytes writing_;
};

tcp::endpoint loopback(const std::string& port) {
  return {asio::ip::address_v4::loopback(), static_cast<unsigned short>(std::stoi(port))};
}

std::shared_ptr<peer> connect_to(asio::io_context& io, const std::string& port,
                                 peer::on_frame call) {
  tcp::socket socket{io};
  socket.connect(loopback(port));
  auto made = std::make_shared<peer>(std::move(socket), std::move(call));
  made->read();
  return made;
}

class acceptor {
public:
  acceptor(asio::io_context& io, peer::on_frame call)
    : acceptor_{io, loopback("0")}, call_{std::move(call)} {
    accept();
  }

  /// Serves on a thread of its own until it is time to end.
  void run(asio::io_context& io) {
    std::thread thread{[&io] { io.run(); }};
    child::serve(std::to_string(acceptor_.local_endpoint().port()));
    io.stop();
    thread.join();
  }

private:
  void accept() {
    acceptor_.async_accept([this](const std::error_code& failed, tcp::socket socket) {
      if (failed)
        return;
      std::make_shared<peer>(std::move(socket), call_)->read();
      accept();
    });
  }

  tcp::acceptor acceptor_;
  peer::on_frame call_;
};

void serve() {
  asio::io_context io{1};
  acceptor{io,
           [](peer& from, bytes_view frame) {
             if (is_wanted_back(frame[frame_header_size]))
               from.send(frame);
           }}
    .run(io);
}

void relay(const std::string& to) {
  asio::io_context io{1};
  peer* client = nullptr; // one at a time
  const auto server = connect_to(io, to, [&](peer&, bytes_view frame) {
    client->send(frame);
    client->flush();
  });
  acceptor{io,
           [&](peer& from, bytes_view frame) {
             client = &from;
             server->send(frame);
             server->flush();
           }}
    .run(io);
}

/// Everything on the measuring thread.
class client {
public:
  client(const load& what, const std::string& port)
    : window_{what.window}, batch_{batch_of(what, frame_with)} {
    for (std::size_t i = 0; i < what.connections; ++i)
      peers_.push_back(connect_to(io_, port, [this](peer&, bytes_view) { go_on(); }));
  }
  ~client() {
    io_.stop();
    peers_.clear();
  }
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  void fly(std::size_t messages) {
    flight_.begin(messages / batch_.each, window_);
    go_on();
    for (const auto& each : peers_)
      each->flush();
    const auto until = clock::now() + hang_limit / 2;
    io_.restart();
    while (!flight_.landed())
      if (io_.run_one_until(until) == 0)
        throw std::runtime_error{"frames did not come back in time"};
  }

private:
  void go_on() {
    batch_.send(flight_.next(), [this](const bytes& frame) {
      auto& to = *peers_[turn_++ % peers_.size()];
      to.send(frame);
      if (peers_.size() > 1)
        to.flush();
    });
  }

  asio::io_context io_{1};
  std::vector<std::shared_ptr<peer>> peers_;
  std::size_t turn_ = 0;
  std::size_t window_;
  batch<bytes> batch_;
  flight flight_;
};

std::vector<variant> connect(const load& what, const std::string& port, bool) {
  return {
    timed("asio", [own = std::make_shared<client>(what, port)](std::size_t n) { own->fly(n); })};
}

} // namespace

technology over_asio() {
  return {.name = "asio", .serve = serve, .relay = relay, .connect = connect};
}

} // namespace bench
