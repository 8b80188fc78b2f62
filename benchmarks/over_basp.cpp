// CAF's own remoting: the middleman of two actor systems, the payload as a string.

#include "flight.hpp"
#include "technology.hpp"
#include "types.hpp"

#include "basp_system.hpp"

#include <caf/event_based_actor.hpp>

namespace bench {
namespace {

using namespace ockam;

class server final : public caf::event_based_actor {
public:
  using caf::event_based_actor::event_based_actor;
  caf::behavior make_behavior() override {
    return {[this](std::string& payload) {
      if (is_wanted_back(static_cast<std::uint8_t>(payload.front())))
        compat::send(this, caf::actor_cast<caf::actor>(current_sender()), std::move(payload));
    }};
  }
};

class relaying final : public caf::event_based_actor {
public:
  relaying(caf::actor_config& config, caf::actor to)
    : caf::event_based_actor{config}, server_{std::move(to)} {}
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

class driver final : public caf::event_based_actor {
public:
  driver(caf::actor_config& config, std::shared_ptr<flight> flying, caf::actor to,
         batch<std::string> what)
    : caf::event_based_actor{config},
      flight_{std::move(flying)},
      server_{std::move(to)},
      batch_{std::move(what)} {}
  caf::behavior make_behavior() override {
    return {[this](std::string&) {
      batch_.send(flight_->next(), [this](const std::string& payload) {
        compat::send(this, server_, std::string{payload});
      });
    }};
  }
  void on_exit() override { server_ = nullptr; }

private:
  std::shared_ptr<flight> flight_;
  caf::actor server_;
  batch<std::string> batch_;
};

using tuning = basp_system::tuning;

template <tuning How>
void serve() {
  basp_system basp{How};
  const auto own = basp.system.spawn<server>();
  child::serve(basp.publish(own));
  std::_Exit(0); // CAF waits for its proxies otherwise
}

void relay(const std::string& to) {
  basp_system basp;
  const auto own = basp.system.spawn<relaying>(basp.connect(to));
  child::serve(basp.publish(own));
  std::_Exit(0);
}

class client {
public:
  client(const load& what, const std::string& port, tuning how)
    : window_{what.window},
      each_{what.each},
      basp_{how},
      driver_{basp_.system.spawn<driver>(flight_, basp_.connect(port),
                                         batch_of(what, [](const bytes& payload) {
                                           return std::string{payload.begin(), payload.end()};
                                         }))} {}
  client(const client&) = delete;
  client& operator=(const client&) = delete;
  ~client() { stop_actor(driver_); }

  void fly(std::size_t messages) {
    flight_->begin(messages / each_, window_);
    compat::post(caf::actor_cast<caf::abstract_actor*>(driver_), nullptr, std::string{});
    flight_->wait();
  }

private:
  std::shared_ptr<flight> flight_ = std::make_shared<flight>();
  std::size_t window_;
  std::size_t each_;
  basp_system basp_;
  caf::actor driver_;
};

/// Idle threads of CAF's work stealing poll for about this long, then only now and then.
constexpr std::chrono::milliseconds time_to_doze{300};

/// Two actor systems have one connection.
template <tuning How>
std::vector<variant> connect(const load& what, const std::string& port, bool) {
  if (what.connections > 1)
    return {};
  auto flying
    = timed(How == tuning::for_io ? "basp" : "basp, defaults",
            [own = std::make_shared<client>(what, port, How)](std::size_t n) { own->fly(n); });
  if (How == tuning::defaults)
    flying.settling = time_to_doze;
  return {std::move(flying)};
}

} // namespace

technology over_basp() {
  return {.name = "basp",
          .serve = serve<tuning::for_io>,
          .relay = relay,
          .connect = connect<tuning::for_io>};
}

technology over_basp_with_defaults() {
  return {.name = "basp-defaults",
          .serve = serve<tuning::defaults>,
          .connect = connect<tuning::defaults>};
}

} // namespace bench
