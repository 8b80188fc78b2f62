// NATS: client and answering process publish to and subscribe at a server, which is another program.

#include "flight.hpp"
#include "technology.hpp"

#include <stdexcept>
#include <thread>

#include <nats/nats.h>

namespace bench {
namespace {

using namespace ockam;

constexpr const char* subject = "echo";

void check(natsStatus status, const char* call) {
  if (status != NATS_OK)
    throw std::runtime_error{std::string{call} + ": " + natsStatus_GetText(status)};
}

/// A connection with a subscription to one subject.
class subscriber {
public:
  /// @param at_once  writes each message when it is published, instead of a little later with others
  subscriber(const std::string& port, const char* to, bool at_once) {
    natsOptions* options = nullptr;
    check(natsOptions_Create(&options), "natsOptions_Create");
    natsOptions_SetURL(options, ("nats://127.0.0.1:" + port).c_str());
    natsOptions_SetSendAsap(options, at_once);
    const auto connected = natsConnection_Connect(&connection_, options);
    natsOptions_Destroy(options);
    check(connected, "natsConnection_Connect");
    check(natsConnection_SubscribeSync(&subscription_, connection_, to),
          "natsConnection_Subscribe");
    natsSubscription_SetPendingLimits(subscription_, -1, -1);         // nothing is dropped
    check(natsConnection_Flush(connection_), "natsConnection_Flush"); // the server knows it now
  }
  subscriber(const subscriber&) = delete;
  subscriber& operator=(const subscriber&) = delete;
  ~subscriber() {
    natsSubscription_Destroy(subscription_);
    natsConnection_Destroy(connection_);
  }

  /// @returns nullptr when nothing came; the caller destroys it
  natsMsg* receive() {
    natsMsg* received = nullptr;
    natsSubscription_NextMsg(&received, subscription_,
                             std::chrono::milliseconds{hang_limit}.count() / 2);
    return received;
  }

  void publish(const char* to, const char* reply_to, const void* data, std::size_t size) {
    check(natsConnection_PublishRequest(connection_, to, reply_to, data, static_cast<int>(size)),
          "natsConnection_Publish");
  }

private:
  natsConnection* connection_ = nullptr;
  natsSubscription* subscription_ = nullptr;
};

/// Sends back what it is asked for.
void answer(subscriber& own) {
  for (;;) {
    auto* const received = own.receive();
    if (received == nullptr)
      continue;
    const auto* const data = natsMsg_GetData(received);
    if (is_wanted_back(static_cast<std::uint8_t>(*data)))
      own.publish(natsMsg_GetReply(received), subject, data,
                  static_cast<std::size_t>(natsMsg_GetDataLength(received)));
    natsMsg_Destroy(received);
  }
}

/// In a child: answers, by way of the server at that port.
void serve(const std::string& to) {
  subscriber own{to, subject, true};
  std::thread{[&own] { answer(own); }}.detach();
  child::serve(to);
  std::_Exit(0); // the thread waits for messages
}

class client {
public:
  client(const load& what, const std::string& port)
    : window_{what.window},
      batch_{batch_of(what, [](bytes payload) { return payload; })},
      own_{port, inbox, what.window * what.each == 1} {}

  void fly(std::size_t messages) {
    flight_.begin(messages / batch_.each, window_);
    for (;;) {
      batch_.send(flight_.next(), [this](const bytes& payload) {
        own_.publish(subject, inbox, payload.data(), payload.size());
      });
      if (flight_.landed())
        return;
      auto* const received = own_.receive();
      if (received == nullptr)
        throw std::runtime_error{"NATS: messages did not come back in time"};
      natsMsg_Destroy(received);
    }
  }

private:
  static constexpr const char* inbox = "replies";

  std::size_t window_;
  batch<bytes> batch_;
  subscriber own_;
  flight flight_;
};

std::vector<variant> connect(const load& what, const std::string& port, bool) {
  if (what.connections > 1)
    return {};
  return {
    timed("NATS", [own = std::make_shared<client>(what, port)](std::size_t n) { own->fly(n); })};
}

} // namespace

technology over_nats(const std::string& nats_server) {
  struct processes {
    explicit processes(const std::string& program)
      : server{{program, "--addr", "127.0.0.1", "--port", "-1", "--log", "/dev/stdout"},
               "Listening for client connections on 127.0.0.1:"},
        answering{"nats", server.line()} {}
    child server;
    child answering;
  };
  return {.name = "nats",
          .relay = serve,
          .connect = connect,
          .start_server =
            [nats_server] {
              auto both = std::make_shared<processes>(nats_server);
              return std::shared_ptr<child>{both, &both->server};
            },
          .brokered = true};
}

} // namespace bench
