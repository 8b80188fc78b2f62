#include "ockam/actors/transport/node_services.hpp"

#include "node_state.hpp"

#include <utility>

namespace ockam {

using internal::state_of;

bool node_services::is_inherited() const noexcept {
  return state_of(*this).is_inherited();
}

result<void> node_services::check_process() const {
  return state_of(*this).check_process();
}

result<void> node_services::check_may_wait(std::string_view call, std::string_view instead,
                                           const std::optional<time_span>& limit) const {
  return state_of(*this).check_may_wait(call, instead, limit);
}

caf::actor_system& node_services::actor_system() const noexcept {
  return state_of(*this).system;
}

node_log& node_services::log() const noexcept {
  return state_of(*this).log();
}

std::shared_ptr<host_calls> node_services::host_functions() const noexcept {
  const auto& counters = state_of(*this).counters;
  return {counters, &counters->host};
}

const ref_ptr<memory_budget>& node_services::buffer_budget() const noexcept {
  return state_of(*this).buffers;
}

std::chrono::milliseconds node_services::implicit_idle_timeout() const noexcept {
  return state_of(*this).options.implicit_idle_timeout;
}

result<void> node_services::stop_worker(address_view any) {
  return state_of(*this).stop_worker(any);
}

void node_services::call_later(time_span delay, std::function<void()> action) {
  state_of(*this).timers.schedule(delay, std::move(action));
}

void node_services::add_io_thread(compat::execution_context* thread, poster post) {
  state_of(*this).io_contexts.add(thread, std::move(post));
}

void node_services::remove_io_thread(compat::execution_context* thread) {
  state_of(*this).io_contexts.remove(thread);
}

} // namespace ockam
