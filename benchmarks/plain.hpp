#pragma once

// Typed CAF actors that hold each other's handles: what the same costs without a node.

#include "flight.hpp"
#include "types.hpp"

#include <memory>

namespace bench {

/// Actors that pass messages on to the next one's handle.
template <class Message>
struct plain {
  using handle = ockam::compat::typed_actor<caf::result<void>(Message)>;

  class hop final : public handle::base {
  public:
    hop(caf::actor_config& config, handle next) : handle::base{config}, next_{std::move(next)} {}
    typename handle::base::behavior_type make_behavior() override {
      return {[this](Message& content) { ockam::compat::send(this, next_, std::move(content)); }};
    }
    void on_exit() override { next_ = handle{}; }

  private:
    handle next_;
  };

  class driver final : public handle::base {
  public:
    driver(caf::actor_config& config, std::shared_ptr<flight> flying, int hops, Message first)
      : handle::base{config}, flight_{std::move(flying)}, hops_{hops}, first_{std::move(first)} {}
    typename handle::base::behavior_type make_behavior() override {
      next_ = handle{this};
      for (int i = 0; i < hops_; ++i)
        next_ = this->template spawn<hop>(next_);
      return {[this](Message&) {
        for (auto count = flight_->next(); count > 0; --count)
          ockam::compat::send(this, next_, Message{first_});
      }};
    }
    void on_exit() override { next_ = handle{}; }

  private:
    std::shared_ptr<flight> flight_;
    int hops_;
    Message first_;
    handle next_;
  };
};

template <class Message>
class plain_chain {
public:
  plain_chain(caf::actor_system& system, int hops, Message first)
    : driver_{system.spawn<typename plain<Message>::driver>(flight_, hops, std::move(first))} {}
  plain_chain(const plain_chain&) = delete;
  plain_chain& operator=(const plain_chain&) = delete;
  ~plain_chain() { stop_actor(driver_); }

  void fly(std::size_t messages, std::size_t window) {
    flight_->begin(messages, window);
    ockam::compat::post(caf::actor_cast<caf::abstract_actor*>(driver_), nullptr, Message{});
    flight_->wait();
  }

private:
  std::shared_ptr<flight> flight_ = std::make_shared<flight>();
  typename plain<Message>::handle driver_;
};

using plain_echo_actor = ockam::compat::typed_actor<caf::result<small_message>(small_message)>;

class plain_echo final : public plain_echo_actor::base {
public:
  using plain_echo_actor::base::base;
  behavior_type make_behavior() override {
    return {
      [](small_message& content) -> caf::result<small_message> { return std::move(content); }};
  }
};

/// Asks the echo, again and again.
class plain_asker final : public plain<small_message>::handle::base {
public:
  plain_asker(caf::actor_config& config, std::shared_ptr<flight> flying, plain_echo_actor echo)
    : plain<small_message>::handle::base{config},
      flight_{std::move(flying)},
      echo_{std::move(echo)} {}
  behavior_type make_behavior() override {
    return {[this](small_message& first) {
      first.payload = payload_;
      go_on(std::move(first));
    }};
  }
  void on_exit() override { echo_ = plain_echo_actor{}; }

private:
  void go_on(small_message content) {
    if (flight_->next() > 0)
      ockam::compat::request(this, echo_, std::move(content)).then([this](small_message& reply) {
        go_on(std::move(reply));
      });
  }

  std::shared_ptr<flight> flight_;
  plain_echo_actor echo_;
  ockam::shared_bytes payload_ = payload_of(32);
};

/// Counts what arrives.
class plain_sink final : public plain<small_message>::handle::base {
public:
  plain_sink(caf::actor_config& config, std::shared_ptr<flight> flying)
    : plain<small_message>::handle::base{config}, flight_{std::move(flying)} {}
  behavior_type make_behavior() override {
    return {[this](small_message&) { flight_->next(); }};
  }

private:
  std::shared_ptr<flight> flight_;
};

/// Sends as many messages as it is told to.
class plain_source final : public plain<small_message>::handle::base {
public:
  plain_source(caf::actor_config& config, plain<small_message>::handle sink)
    : plain<small_message>::handle::base{config}, sink_{std::move(sink)} {}
  behavior_type make_behavior() override {
    return {[this](small_message& go) {
      for (auto left = go.number; left > 0; --left)
        ockam::compat::send(this, sink_, small_message{payload_, left});
    }};
  }
  void on_exit() override { sink_ = plain<small_message>::handle{}; }

private:
  plain<small_message>::handle sink_;
  ockam::shared_bytes payload_ = payload_of(32);
};

} // namespace bench
