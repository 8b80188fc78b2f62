#pragma once

#include "ockam/actors/observer.hpp"

#include <map>
#include <mutex>
#include <ostream>
#include <string>

namespace hello_ockam {

/// Prints the message flow as the tutorial draws it: at every step who hands a message to whom, and
/// both routes as they are at that moment. Random addresses get short names. Thread-safe.
class flow_printer : public ockam::message_observer {
public:
  explicit flow_printer(std::ostream& out) : out_{out} {}

  void on_delivery(const ockam::address& source, const ockam::address& destination,
                   const ockam::message& content) override;
  void on_write(const ockam::address& sender, std::string_view peer,
                const ockam::message& content) override;
  void on_read(const ockam::address& sender, std::string_view peer,
               const ockam::message& content) override;
  void on_drop(ockam::drop_reason reason, const ockam::message& content) override;

private:
  void print(const std::string& from, const std::string& to, const ockam::message& content);
  std::string name_of(ockam::address_view any);
  std::string names_of(const ockam::route& hops);

  std::ostream& out_;
  std::mutex mutex_;
  std::map<ockam::address, std::string> random_;
  int step_ = 0;
};

} // namespace hello_ockam
