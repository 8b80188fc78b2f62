// What a requester learns, and when, that gets no answer: its peer is killed, a handler fails, nothing
// is at the address. By nodes of ours and Rust nodes, in every pair of the two.

#include "figures.hpp"
#include "peers.hpp"

#include "ockam/actors/service.hpp"
#include "ockam/actors/workers.hpp"

#include <caf/event_based_actor.hpp>

#include <csignal>
#include <deque>
#include <thread>

namespace ockam::test {
namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::array both{maker::cpp, maker::rust_0_150};
constexpr auto until_the_kill = 300ms;

/// Nothing answers there, nor says so: no worker of ours, and one of the Rust node that is not admitted.
constexpr auto silent = "secret";

/// What a Rust node says, without the place in its sources.
std::string without_origin(const std::string& line) {
  return line.substr(0, line.find(" (origin"));
}

std::string in_milliseconds(clock::duration took) {
  return std::to_string(std::chrono::duration_cast<milliseconds>(took).count()) + " ms";
}

/// "remote (already_exists)".
std::string name_of(const error& what) {
  const auto cause = what.cause();
  return std::string{what.code().message()} + (cause ? " (" + cause.message() + ')' : "");
}

class LostAnswer : public interop_test {
protected:
  tcp_node own{start_node()};

  listening_peer start_peer(maker by) {
    return by == maker::cpp ? start_responder(by) : start_listener(by, {"echoer", "count"});
  }

  struct failed_request {
    std::string text;
    error why;
    clock::duration took;
  };

  failed_request ask_in_vain(route to, milliseconds limit) {
    const auto began = clock::now();
    const auto reply = own.node.root().send_and_receive<std::string>(to, "?", {.timeout = limit});
    const auto took = clock::now() - began;
    EXPECT_FALSE(reply);
    const auto why = reply ? error{errc::misuse} : reply.error();
    return {name_of(why) + " after " + in_milliseconds(took), why, took};
  }

  failed_request ask_killed(const listening_peer& killed, route to, milliseconds limit) {
    EXPECT_EQ(ask(own.node, make_route(to.next().value(), "echoer")), "Hello Ockam!");
    return ask_killed_behind(killed, to, limit);
  }

  failed_request ask_killed_behind(const listening_peer& killed, route to, milliseconds limit) {
    std::thread killing{[&] {
      std::this_thread::sleep_for(until_the_kill);
      killed.program->end_with(SIGKILL);
    }};
    auto ended = ask_in_vain(to, limit);
    killing.join();
    return ended;
  }
};

// -- the peer is killed ----------------------------------------------------------------------------

/// A Rust node that asks a peer which is killed.
class killed_under_rust {
public:
  killed_under_rust(process& requester, process& peer) : requester_{requester}, peer_{peer} {
    requester_.wait_for_line("App Received: "); // the request follows at once
    began_ = clock::now();
    waiting_ = std::thread{[this] {
      std::this_thread::sleep_for(until_the_kill);
      peer_.end_with(SIGKILL);
      const auto line = requester_.find_line("No reply from ", 60s);
      text_ = without_origin(line.value_or("nothing")) + " after "
              + in_milliseconds(clock::now() - began_);
    }};
  }
  const std::string& text() {
    if (waiting_.joinable())
      waiting_.join();
    return text_;
  }
  ~killed_under_rust() { text(); }

private:
  process& requester_;
  process& peer_;
  clock::time_point began_;
  std::string text_;
  std::thread waiting_;
};

TEST_F(LostAnswer, ANS5_ARequesterOfOursLearnsAtOnceThatItsPeerIsKilledWhereARustOneWaits) {
  std::deque<killed_under_rust> by_rust; // all of them wait at a time
  for (const auto peer : both)
    for (const auto limit : {4s, 30s}) {
      const auto killed = start_peer(peer);
      auto& requester = start_rust(maker::rust_0_150, "initiator",
                                   {"--connect", killed.address, "--to", "echoer", "--to", silent,
                                    "--limit-ms", std::to_string(milliseconds{limit}.count())});
      by_rust.emplace_back(requester, *killed.program);
    }
  auto theirs = by_rust.begin();
  for (const auto peer : both)
    for (const auto limit : {4s, 30s}) {
      const auto killed = start_peer(peer);
      const auto ours = ask_killed(killed, {own.tcp.connect(killed.address), silent}, limit);
      EXPECT_EQ(ours.why, errc::connection_closed) << to_string(ours.why);
      EXPECT_LT(ours.took, until_the_kill + 1s);
      note_figures("| peer killed after 300 ms | limit of " + std::to_string(limit.count())
                   + " s | peer by " + std::string{to_string(peer)} + " | " + ours.text + " | "
                   + (theirs++)->text() + " |");
    }
}

TEST_F(LostAnswer, ANS5_ARequesterLearnsOfItsRelayAtOnceAndOfWhatIsBehindItByItsLimit) {
  for (const auto relay : both) {
    const auto far = start_responder(maker::cpp);
    const auto near = start_middle(relay, far.address);
    const auto through = [&] {
      return route{own.tcp.connect(near.address), "forward_to_responder", silent};
    };
    const auto behind = ask_killed_behind(far, through(), 1s);
    EXPECT_LT(behind.took, 2s);
    const auto first = ask_killed_behind(near, through(), 30s);
    EXPECT_EQ(first.why, errc::connection_closed) << to_string(first.why);
    EXPECT_LT(first.took, until_the_kill + 1s);
    note_figures("| killed after 300 ms | we ask through a relay by "
                 + std::string{to_string(relay)} + " | the responder, limit of 1 s: " + behind.text
                 + " | the relay, limit of 30 s: " + first.text + " |");
  }
}

// -- there is no answer ----------------------------------------------------------------------------

struct failing {
  result<void> handle_message(context&, const routed<std::string>&) {
    return fail(errc::already_exists);
  }
};

class FailedAnswer : public LostAnswer {
protected:
  FailedAnswer() {
    server.node.start_worker("failing", failing{});
    server.node.start_worker("echoer", echoer{});
    expose("refusing", false);
    expose("dying", true);
    for (const auto* name : {"failing", "refusing", "dying", "echoer"})
      server.flow_controls().add_consumer(address{name}, place.flow_control_id());
  }
  void TearDown() override {
    for (const auto& each : std::exchange(services_, {})) // the node lets them live
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    LostAnswer::TearDown();
  }

  /// A Rust node asks `to`; what it says, in one piece.
  std::string asked_by_rust(const std::string& at, const std::vector<std::string>& to) {
    std::vector<std::string> options{"--limit-ms", "500"};
    for (const auto& each : to)
      options.insert(options.end(), {"--to", each});
    std::string all;
    for (const auto& line : replies_in(run_initiator(maker::rust_0_150, at, options)))
      all += (all.empty() ? "" : "; ") + without_origin(line);
    return all;
  }

  tcp_node server{start_node()};
  tcp::listener place = server.listen();

private:
  void expose(const char* name, bool ends) {
    services_.push_back(system->spawn(
      [](caf::event_based_actor* self, bool ends_when_asked) -> caf::behavior {
        return {[=](const std::string&) -> caf::result<std::string> {
          if (ends_when_asked)
            self->quit(caf::exit_reason::unhandled_exception);
          return caf::make_error(caf::sec::runtime_error, "not this one");
        }};
      },
      ends));
    expose_service<std::string, std::string>(server.node, address{name}, services_.back());
  }

  std::vector<caf::actor> services_;
};

TEST_F(FailedAnswer, ANS8_ANS9_ARequesterOfOursLearnsWhyAndARustOneWaits) {
  const auto rust = start_peer(maker::rust_0_150);
  const auto to_ours = own.connect(place);
  const auto to_rust = own.tcp.connect(rust.address);
  const auto note = [&](const std::string& what, const char* at_ours, const char* at_rust) {
    const auto ours = ask_in_vain({to_ours, at_ours}, 500ms);
    note_figures("| no answer: " + what + " | we ask | ours: " + ours.text + " | Rust: "
                 + (at_rust != nullptr ? ask_in_vain({to_rust, at_rust}, 500ms).text
                                       : std::string{"has no such thing"})
                 + " |");
    return ours.why;
  };
  const auto failed = note("a handler fails", "failing", "count"); // its body is a number
  EXPECT_EQ(failed, errc::remote);
  EXPECT_EQ(failed.cause(), errc::already_exists);
  EXPECT_EQ(note("nothing is there", "nowhere", "nowhere"), errc::timeout);
  EXPECT_EQ(note("a service answers with caf::error", "refusing", nullptr), errc::remote);
  EXPECT_EQ(note("the actor of a service ends", "dying", nullptr), errc::remote);
  EXPECT_EQ(ask(own.node, {to_ours, "echoer"}), "Hello Ockam!");
  EXPECT_EQ(ask(own.node, {to_rust, "echoer"}), "Hello Ockam!");

  const auto of_ours = asked_by_rust(place.socket_address(),
                                     {"failing", "refusing", "dying", "nowhere", "echoer"});
  EXPECT_TRUE(of_ours.ends_with("App Received: Hello Ockam!")) << of_ours;
  EXPECT_TRUE(of_ours.starts_with("No reply from failing")) << of_ours;
  note_figures("| no answer | Rust asks | ours: " + of_ours + " |");
}

} // namespace
} // namespace ockam::test
