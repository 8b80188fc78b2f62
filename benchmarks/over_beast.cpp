// WebSocket with Boost.Beast and nothing else: one thread, messages as long as ours, each written by a call
// of its own and sent back, not decoded, no actors.

#include "flight.hpp"
#include "technology.hpp"

#include "ockam/protocol/codec.hpp"

#include <deque>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

namespace bench {
namespace {

using namespace ockam;
namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

/// A message like ours, but for its first byte: the command for programs that do not decode.
bytes message_with(const bytes& payload) {
  const message content{route{"echo"}, route{address::random()}, shared_bytes::adopt(payload)};
  auto encoded = encode_bare_message(content);
  encoded.front() = payload.front();
  return encoded;
}

class peer : public std::enable_shared_from_this<peer> {
public:
  using on_message = std::function<void(peer&, bytes_view)>;

  peer(tcp::socket socket, on_message call) : stream_{std::move(socket)}, call_{std::move(call)} {
    stream_.next_layer().set_option(tcp::no_delay{true});
    stream_.binary(true);
  }

  void accept() {
    stream_.async_accept([me = shared_from_this()](const beast::error_code& failed) {
      if (!failed)
        me->read();
    });
  }

  void shake_hands(const std::string& host) {
    stream_.handshake(host, "/");
    read();
  }

  /// Writes it once all before it are written; it must stay where it is until then.
  void send(bytes message) {
    waiting_.push_back(std::move(message));
    if (waiting_.size() == 1)
      write();
  }

private:
  void read() {
    stream_.async_read(input_, [me = shared_from_this()](const beast::error_code& failed,
                                                         std::size_t size) {
      if (failed)
        return;
      me->call_(*me, {static_cast<const std::uint8_t*>(me->input_.data().data()), size});
      me->input_.consume(size);
      me->read();
    });
  }

  void write() {
    const auto& first = waiting_.front();
    stream_.async_write(asio::buffer(first.data(), first.size()),
                        [me = shared_from_this()](const beast::error_code& failed, std::size_t) {
                          me->waiting_.pop_front();
                          if (!failed && !me->waiting_.empty())
                            me->write();
                        });
  }

  beast::websocket::stream<tcp::socket> stream_;
  on_message call_;
  beast::flat_buffer input_;
  std::deque<bytes> waiting_;
};

tcp::endpoint loopback(const std::string& port) {
  return {asio::ip::address_v4::loopback(), static_cast<unsigned short>(std::stoi(port))};
}

class acceptor {
public:
  explicit acceptor(asio::io_context& io) : acceptor_{io, loopback("0")} { accept(); }

  [[nodiscard]] std::string port() const {
    return std::to_string(acceptor_.local_endpoint().port());
  }

private:
  void accept() {
    acceptor_.async_accept([this](const beast::error_code& failed, tcp::socket socket) {
      if (failed)
        return;
      std::make_shared<peer>(std::move(socket), [](peer& from, bytes_view message) {
        if (is_wanted_back(message.front()))
          from.send({message.begin(), message.end()});
      })->accept();
      accept();
    });
  }

  tcp::acceptor acceptor_;
};

void serve() {
  asio::io_context io{1};
  const acceptor entrance{io};
  std::thread thread{[&io] { io.run(); }};
  child::serve(entrance.port());
  io.stop();
  thread.join();
}

/// Everything on the measuring thread.
class client {
public:
  client(const load& what, const std::string& port)
    : window_{what.window}, batch_{batch_of(what, message_with)} {
    tcp::socket socket{io_};
    socket.connect(loopback(port));
    peer_ = std::make_shared<peer>(std::move(socket), [this](peer&, bytes_view) { go_on(); });
    peer_->shake_hands("127.0.0.1:" + port);
  }
  ~client() {
    io_.stop();
    peer_.reset();
  }
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  void fly(std::size_t messages) {
    flight_.begin(messages / batch_.each, window_);
    go_on();
    const auto until = clock::now() + hang_limit / 2;
    io_.restart();
    while (!flight_.landed())
      if (io_.run_one_until(until) == 0)
        throw std::runtime_error{"messages did not come back in time"};
  }

private:
  void go_on() {
    batch_.send(flight_.next(), [this](const bytes& message) { peer_->send(message); });
  }

  asio::io_context io_{1};
  std::shared_ptr<peer> peer_;
  std::size_t window_;
  batch<bytes> batch_;
  flight flight_;
};

std::vector<variant> connect(const load& what, const std::string& port, bool) {
  return {
    timed("beast", [own = std::make_shared<client>(what, port)](std::size_t n) { own->fly(n); })};
}

} // namespace

technology over_beast() {
  return {.name = "beast", .serve = serve, .connect = connect};
}

} // namespace bench
