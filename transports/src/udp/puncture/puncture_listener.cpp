#include "puncture_state.hpp"

#include "ockam/actors/transport/listener_port.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

namespace ockam::udp {

namespace detail {

/// What the worker of a listener shares with handles.
struct puncture_listening {
  puncture_listening(node_ptr on, address where, puncture_listener_options how)
    : node{std::move(on)}, at{std::move(where)}, options{std::move(how)} {}

  const node_ptr node;
  const address at;
  const puncture_listener_options options;
  std::atomic<std::uint64_t> refused{0};

  std::mutex mutex;
  std::vector<std::shared_ptr<puncture_state>> punctures;

  std::vector<std::shared_ptr<puncture_state>> living() {
    const std::lock_guard guard{mutex};
    std::erase_if(punctures, [](const auto& each) { return each->has_ended(); });
    return punctures;
  }
};

namespace {

/// Answers each negotiation with a puncture of its own.
class listening_worker {
public:
  listening_worker(std::shared_ptr<puncture_listening> own, listener_port port, transport over,
                   route rendezvous)
    : own_{std::move(own)},
      port_{std::move(port)},
      over_{std::move(over)},
      rendezvous_{std::move(rendezvous)} {}

  result<void> handle_message(context& ctx, const routed<negotiation>& asked) {
    auto theirs = asked.try_body();
    if (!theirs)
      return fail(std::move(theirs.error()));
    const auto& limits = own_->options;
    if (own_->living().size() >= limits.max_punctures) {
      ++own_->refused;
      return fail(errc::resource_exhausted, "a puncture was refused, there are "
                                              + std::to_string(limits.max_punctures)
                                              + " already (max-punctures)");
    }
    auto options = limits.each;
    options.flow_control_id = ockam::flow_control_id::random();
    auto started
      = start_puncture(ctx, over_, rendezvous_,
                       responder{std::move(*theirs), asked.return_route(), limits.flow_control_id},
                       std::move(options));
    if (!started)
      return fail(std::move(started.error()));
    const std::lock_guard guard{own_->mutex};
    own_->punctures.push_back(std::move(*started));
    return {};
  }

private:
  std::shared_ptr<puncture_listening> own_;
  listener_port port_; // the spawner of its punctures
  transport over_;
  route rendezvous_;
};

} // namespace

} // namespace detail

puncture_listener::puncture_listener(std::shared_ptr<detail::puncture_listening> state)
  : state_{std::move(state)} {}

result<puncture_listener> puncture_listener::try_start(sender& on, ockam::address at,
                                                       transport over, route rendezvous,
                                                       puncture_listener_options options) {
  auto state = std::make_shared<detail::puncture_listening>(on.services(), at, std::move(options));
  auto port = listener_port::open(on.services(), state->options.flow_control_id, {});
  if (!port)
    return fail(std::move(port.error()));
  return on
    .start_worker(at, detail::listening_worker{state, std::move(*port), std::move(over),
                                               std::move(rendezvous)})
    .map([&](const ockam::address&) { return puncture_listener{std::move(state)}; });
}

const address& puncture_listener::address() const noexcept {
  return state_->at;
}

const flow_control_id& puncture_listener::flow_control_id() const noexcept {
  return state_->options.flow_control_id;
}

std::vector<puncture> puncture_listener::punctures() const {
  std::vector<puncture> handles;
  for (auto& each : state_->living())
    handles.emplace_back(std::move(each));
  return handles;
}

std::uint64_t puncture_listener::refused() const noexcept {
  return state_->refused.load();
}

result<void> puncture_listener::try_stop() const {
  return state_->node->stop_worker(state_->at);
}

} // namespace ockam::udp
