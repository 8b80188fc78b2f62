#pragma once

#include "error_of.hpp"
#include "test_node.hpp"

#include "ockam/actors/service.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace ockam::test {

using text_service = service<std::string, std::string>;

/// Adds "!", refuses "no", and never answers "wait".
class shouter final : public text_service::base {
public:
  explicit shouter(caf::actor_config& config) : text_service::base{config} {}

  behavior_type make_behavior() override {
    return {[this](const std::string& text) -> caf::result<std::string> {
      if (text == "no")
        return caf::make_error(caf::sec::runtime_error, "not this one");
      if (text == "wait") {
        waiting_.push_back(make_response_promise<caf::typed_response_promise<std::string>>());
        return waiting_.back();
      }
      return text + "!";
    }};
  }

  void on_exit() override { waiting_.clear(); } // they hold this actor

private:
  std::vector<caf::typed_response_promise<std::string>> waiting_;
};

/// The request has ended with an error of the other side.
inline void expect_refused(const result<std::string>& reply, errc cause) {
  ASSERT_FALSE(reply) << *reply;
  EXPECT_EQ(error_of(reply), errc::remote);
  EXPECT_EQ(error_of(reply).cause(), cause) << to_string(reply.error());
}

/// A service with the name "shouter".
class shouter_test : public node_test {
protected:
  explicit shouter_test(node_options options = {}) : node_test{std::move(options)} {}
  caf::strong_actor_ptr spawn_shouter() {
    shouters_.push_back(caf::actor_cast<caf::actor>(system->spawn<shouter>()));
    return caf::actor_cast<caf::strong_actor_ptr>(shouters_.back());
  }
  void TearDown() override {
    for (const auto& each : std::exchange(shouters_, {})) // the node lets them live
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    node_test::TearDown();
  }
  caf::strong_actor_ptr expose_shouter(service_options options = {}) {
    auto actor = spawn_shouter();
    expose_service<std::string, std::string>(node, "shouter", caf::actor_cast<text_service>(actor),
                                             options);
    return actor;
  }
  result<std::string> request(const std::string& text,
                              std::chrono::milliseconds timeout = long_timeout) {
    return node.root().send_and_receive<std::string>("shouter", text, {.timeout = timeout});
  }
  std::string ask(const std::string& text) {
    const auto reply = request(text);
    return reply ? *reply : to_string(reply.error());
  }
  bool failed(std::uint64_t count) {
    return eventually([&] { return node.metrics().failed == count; });
  }

private:
  std::vector<caf::actor> shouters_;
};

} // namespace ockam::test
