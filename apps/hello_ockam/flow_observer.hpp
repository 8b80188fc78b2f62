#pragma once

#include "hello_ockam/flow_step.hpp"

#include "ockam/actors/observer.hpp"

#include <functional>
#include <mutex>

namespace hello_ockam {

/// Makes a `flow_step` of everything that happens to a message in a node. Thread-safe; `take` is
/// called for one step at a time, in the order of the steps.
class flow_observer : public ockam::message_observer {
public:
  explicit flow_observer(std::function<void(const flow_step&)> take) : take_{std::move(take)} {}

  void on_delivery(const ockam::address& source, const ockam::address& destination,
                   const ockam::message& content) override;
  void on_write(const ockam::address& sender, std::string_view peer,
                const ockam::message& content) override;
  void on_read(const ockam::address& sender, std::string_view peer,
               const ockam::message& content) override;
  void on_drop(ockam::drop_reason reason, const ockam::message& content) override;

private:
  void take(flow_step::kind what, std::string from, std::string to, const ockam::message& content);

  std::function<void(const flow_step&)> take_;
  std::mutex mutex_;
};

} // namespace hello_ockam
