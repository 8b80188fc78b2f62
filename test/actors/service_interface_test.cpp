#include "contract/spawn_behavior.hpp"
#include "error_of.hpp"
#include "test_node.hpp"

#include "ockam/actors/service.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <cctype>

namespace ockam::test {
namespace {

using calculator
  = compat::typed_actor<caf::result<std::uint64_t>(std::string), caf::result<std::string>(bool),
                        caf::result<bool>(std::uint64_t)>;
using doubling = compat::typed_actor<caf::result<std::uint64_t>(std::uint64_t)>;

class calculating final : public calculator::base {
public:
  explicit calculating(caf::actor_config& config) : calculator::base{config} {}
  behavior_type make_behavior() override {
    return {
      [](const std::string& text) -> caf::result<std::uint64_t> { return text.size(); },
      [](bool which) -> caf::result<std::string> { return which ? "yes" : "no"; },
      [](std::uint64_t number) -> caf::result<bool> {
        if (number == 0)
          return caf::make_error(caf::sec::runtime_error, "not zero");
        return number % 2 == 0;
      },
    };
  }
};

class ServiceInterface : public node_test {
protected:
  using body = service_body<calculator>;

  calculator expose_calculator() {
    auto actor = caf::actor_cast<calculator>(system->spawn<calculating>());
    expose_service<calculator>(node, "calculator", actor);
    return actor;
  }
  template <class Reply>
  Reply ask(const body& request) {
    return node.send_and_receive<Reply>("calculator", request);
  }
};

TEST_F(ServiceInterface, SRV5_AllHandlersAnswerAtOneAddress) {
  static_assert(std::is_same_v<body, std::variant<std::string, bool, std::uint64_t>>);
  expose_calculator();
  EXPECT_EQ(ask<std::uint64_t>(std::string{"four"}), 4u);
  EXPECT_EQ(ask<std::string>(true), "yes");
  EXPECT_TRUE(ask<bool>(std::uint64_t{8}));
  EXPECT_FALSE(ask<bool>(std::uint64_t{9}));
}

TEST_F(ServiceInterface, SRV5_TheBodyIsTheUnionInTheOrderOfTheInterface) {
  expose_calculator();
  const auto send = [&](bytes payload) {
    EXPECT_TRUE(node.root().forward(
      message{route{"calculator"}, route{"app"}, shared_bytes{bytes_view{payload}}}));
    return node.root().receive<raw_body>({long_timeout});
  };
  const auto length = send({0x00, 0x02, 'h', 'i'});
  ASSERT_TRUE(length);
  EXPECT_EQ(length->payload().size(), 8u) << "the plain answer, without a number in front";
  const auto text = send({0x01, 0x00});
  ASSERT_TRUE(text);
  EXPECT_EQ(routed<std::string>{*text}.try_body(), "no");
}

TEST_F(ServiceInterface, SRV1_SRV5_EachHandlerMayRefuse) {
  expose_calculator();
  const auto refused = node.root().send_and_receive<bool>("calculator", body{std::uint64_t{0}});
  EXPECT_EQ(error_of(refused), errc::remote);
  EXPECT_EQ(error_of(refused).cause(), errc::handler_failed);
  const auto unknown = node.root().send_and_receive<bool>(
    "calculator", raw_body{shared_bytes{bytes_view{bytes{0x07}}}});
  EXPECT_EQ(error_of(unknown), errc::remote);
  EXPECT_EQ(error_of(unknown).cause(), errc::invalid_value);
}

TEST_F(ServiceInterface, SRV5_TheBodyForOneHandlerIsItsArgument) {
  static_assert(std::is_same_v<service_body<doubling>, std::uint64_t>);
  const auto actor = spawn_behavior(*system, {[](std::uint64_t number) { return 2 * number; }});
  expose_service<doubling>(node, "doubling", actor);
  EXPECT_EQ((node.send_and_receive<std::uint64_t>("doubling", std::uint64_t{21})), 42u);
}

} // namespace
} // namespace ockam::test
