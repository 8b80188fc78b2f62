#pragma once

#include "held_mail.hpp"
#include "node/node_state.hpp"

#include "ockam/actors/service.hpp"

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace ockam::internal {

using bridge_actor
  = compat::typed_actor<caf::result<void>(routed_message), caf::result<void>(worker_signal)>;

/// The actor at the address of a service: decodes bodies, asks the service, encodes its answers.
///
/// What memory it costs has two bounds: `max_outstanding` requests wait for the service, and of one
/// connection so many among them as its output has room for answers of the largest size so far, or one.
/// Further requests of the connection are kept here, paid by its credit.
class service_bridge final : public bridge_actor::base, public answer_sink {
public:
  service_bridge(caf::actor_config& config, actor_sender own, caf::strong_actor_ptr service,
                 const service_codec& codec, const service_options& options);

  behavior_type make_behavior() override;
  const char* name() const override { return "ockam.service_bridge"; }
  void on_exit() override;

  void answer(std::uint64_t request, result<shared_bytes> body) override;
  void refuse(std::uint64_t request, const caf::error& why) override;

  /// How others find the bridge without keeping it.
  struct link {
    caf::weak_actor_ptr bridge;
  };
  [[nodiscard]] std::weak_ptr<const link> weak_link() const noexcept { return link_; }

private:
  struct waiting_request {
    response_promise promise;
    timers::id timer;
    ref_ptr<inbound_credit> credit; // of its connection; null: none
  };
  struct window { // of a connection that has requests at the service
    ref_ptr<inbound_credit> credit;
    std::size_t outstanding = 0;
    std::size_t largest_answer = 0; // 0: none has come
  };

  void on_message(routed_message&& request);
  void on_signal(worker_signal signal);
  [[nodiscard]] bool may_pass(const inbound_credit* credit) const;
  void pass_on(routed_message&& request);
  void pass_on_held();
  void ask(response_promise promise, service_codec::request request,
           ref_ptr<inbound_credit> credit);
  void on_service_ended();
  void end_all(const error& why);
  std::optional<waiting_request> take(std::uint64_t id);
  void leave_window(const ref_ptr<inbound_credit>& credit, std::size_t answer);
  void end_with(response_promise& promise, const error& why, const error& told);

  [[nodiscard]] node_state& node() noexcept { return *own_.state(); }

  actor_sender own_;
  caf::strong_actor_ptr service_;
  const service_codec codec_;
  const service_options options_;
  std::shared_ptr<const link> link_;
  std::map<std::uint64_t, waiting_request> outstanding_; // by the number of CAF's request
  std::vector<window> windows_;
  held_mail held_; // for room in an output, or in a window
  bool service_ended_ = false;
};

} // namespace ockam::internal
