#pragma once

#include "io_loop.hpp"
#include "link.hpp"
#include "world.hpp"

#include "node/node_state.hpp"

#include "ockam/actors/endpoint.hpp"
#include "ockam/actors/node.hpp"
#include "ockam/actors/response_promise.hpp"
#include "ockam/actors/transport/listener_port.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace ockam::simulation {

/// Whether a message says why a request failed.
[[nodiscard]] bool is_error_reply(const message& content);

/// A node of the simulated network through all its lives: what runs on it, what it sends, and what it
/// must not let in.
class simulated_node {
public:
  simulated_node(world& around, std::uint32_t index);
  ~simulated_node();

  // -- life ----------------------------------------------------------------------------------------

  void start();
  void stop();  ///< at once: what is queued is lost
  void leave(); ///< asks workers and connections to end; `stop` comes later
  [[nodiscard]] bool is_up() const noexcept { return node_.has_value(); }
  [[nodiscard]] bool is_leaving() const noexcept { return leaving_; }

  void connect_to(simulated_node& other, bool again_after_loss);
  [[nodiscard]] bool is_connected_to(std::uint32_t other) const;
  void close_a_link();
  void restart_a_worker();
  void start_a_relay();

  // -- traffic -------------------------------------------------------------------------------------

  void talk_at_root();
  void poke_a_talker();
  bool receive();          ///< at an endpoint; false when there was nothing
  bool answer_a_promise(); ///< from outside of its worker; false when there was none
  void talk(sender& from, std::uint32_t worker, bool paid, context* wakeable);
  void ask(context& from, std::uint32_t worker, bool paid);
  std::optional<delayed_event> send_later(sender& from, std::uint32_t worker, bool paid);

  /// A worker passes a request on to another one of this node, and its answer to `back`.
  result<void> ask_a_neighbour(context& from, std::uint32_t worker, bool paid, route back);

  /// A worker answers, with another message of up to `largest` bytes.
  result<void> answer(sender& from, std::uint32_t worker, bool paid, const route& back,
                      std::size_t largest);

  /// A worker answers later.
  void keep(response_promise promise, std::uint32_t worker, bool paid, route back);

  /// Whether a handler fails now, and with what.
  std::optional<error> failure_of_a_handler();

  /// A message of which nothing is expected.
  std::uint32_t open_message();
  void relay_lends_rights(const route& forward_to, const route& way_back);

  // -- what can happen here next -------------------------------------------------------------------

  [[nodiscard]] io_loop& io() noexcept { return io_; }
  [[nodiscard]] const std::vector<std::shared_ptr<link>>& links() const noexcept { return links_; }
  [[nodiscard]] bool has_callers() const noexcept { return !callers_.empty(); }
  void accept();
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> next_timer() const;
  bool run_timer();
  void on_time(std::chrono::steady_clock::time_point before); ///< it is later now

  // -- what must hold ------------------------------------------------------------------------------

  void check_counters();
  void check_awake();
  void check_time();
  void check_at_rest();
  void check_ended();

  [[nodiscard]] world& around() noexcept { return world_; }

private:
  class watcher;
  class transport;
  enum class kind : std::uint8_t {
    hop,
    relay,
    sink,
    sleeper,
    answerer,
    amplifier, // answers one message with several
    front,     // answers with what another worker says
    deferrer,  // answers later
    talker,
    desk // an endpoint that is read late
  };
  struct resident {
    kind what;
    ockam::address address;
    bool is_consumer = false;
    std::uint32_t number = 0;   // of the worker, see `world`
    std::shared_ptr<link> to{}; // relay
  };
  struct plan {
    route along;
    std::uint64_t flow;
    bool sound;
  };
  struct kept {
    response_promise promise;
    std::uint32_t worker;
    bool paid;
    route back;
  };

  void start_worker(resident& started);
  void admit(const ockam::address& consumer, const flow_control_id& id);
  [[nodiscard]] bool lets_in(const link* through, const ockam::address& consumer) const;
  void forget_rights(const ockam::address& gone) { rights_.erase(gone); }

  std::shared_ptr<link> open_link(link::setup setup, std::shared_ptr<wire> over, std::size_t end,
                                  std::function<std::shared_ptr<wire>()> connect);
  [[nodiscard]] std::shared_ptr<wire> call(std::uint32_t other) const;
  void end_links();
  [[nodiscard]] std::shared_ptr<link> find_link(const ockam::address& sender) const;

  plan make_plan();
  const plan& any_plan(std::uint32_t sender);
  const resident* any_resident(std::initializer_list<kind> kinds);
  std::uint32_t open_message(const plan& on, bool paid);
  std::uint32_t open_answer(std::uint32_t worker, bool paid, const route& back,
                            std::size_t largest);
  void go_on_talking(context& from, std::uint32_t worker, const route& along);
  bool receive_at(endpoint& from, std::uint32_t number);

  void on_delivery(const ockam::address& source, const ockam::address& destination);
  void on_read(const ockam::address& sender, const message& content);
  void on_write(const ockam::address& sender, const message& content);

  world& world_;
  const std::uint32_t index_;
  std::uint32_t lives_ = 0;
  std::uint32_t root_number_ = 0;
  io_loop io_;
  std::shared_ptr<message_observer> watcher_;
  std::optional<ockam::node> node_;
  std::optional<endpoint> desk_;
  std::uint32_t desk_number_ = 0;
  std::deque<kept> promises_;
  bool leaving_ = false;

  std::optional<flow_control_id> entrance_; // of the listener
  std::optional<listener_port> listener_;
  std::deque<std::shared_ptr<wire>> callers_; // not accepted yet
  std::vector<std::shared_ptr<link>> links_;  // open ones
  std::vector<resident> residents_;
  std::vector<std::pair<std::uint32_t, plan>> plans_;          // by sender
  std::map<ockam::address, std::set<flow_control_id>> rights_; // as they should be
  std::optional<flow_control_id> asking_through_;

  std::vector<std::shared_ptr<internal::node_state>> former_states_;
  std::vector<std::shared_ptr<link>> former_links_;
};

} // namespace ockam::simulation
