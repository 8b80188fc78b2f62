#pragma once

#include "ockam/actors/access_control.hpp"
#include "ockam/protocol/address.hpp"

#include <initializer_list>
#include <map>
#include <string>
#include <vector>

namespace ockam {

/// One address of a worker, with its access controls.
struct mailbox_options {
  ockam::address address;
  access_control_ptr incoming = allow_all();
  access_control_ptr outgoing = allow_all();
  bool terminal = false;                           // the last hop before leaving the node
  std::map<std::string, std::string> attributes{}; // for the application; `metadata` returns them
};

/// The addresses of a worker: the first is the primary one, the others are aliases.
///
/// Converts from one address, from a list of addresses, and from mailboxes with controls of their
/// own: `"echoer"`, `{"echoer", "echo"}`, `mailboxes{{{.address = "echoer", .incoming = ...}}}`.
class mailboxes {
public:
  mailboxes() = default;
  mailboxes(const char* primary) : mailboxes{address{primary}} {}        // NOLINT: implicit
  mailboxes(const std::string& primary) : mailboxes{address{primary}} {} // NOLINT
  mailboxes(const address& primary) { add(primary); }                    // NOLINT
  mailboxes(std::initializer_list<address> all) {
    for (const auto& each : all)
      add(each);
  }
  mailboxes(mailbox_options only) : own_controls_{true} { // NOLINT
    all_.push_back(std::move(only));
  }
  explicit mailboxes(std::vector<mailbox_options> all)
    : all_{std::move(all)}, own_controls_{true} {}

  /// Mailboxes given by address only admit nothing; those with options stay as they are.
  mailboxes closed_by_default() && {
    if (!own_controls_)
      for (auto& each : all_)
        each.incoming = each.outgoing = deny_all();
    return std::move(*this);
  }

  [[nodiscard]] const std::vector<mailbox_options>& all() const& noexcept { return all_; }
  [[nodiscard]] std::vector<mailbox_options> all() && noexcept { return std::move(all_); }

private:
  void add(const address& each) { all_.push_back({.address = each}); }

  std::vector<mailbox_options> all_;
  bool own_controls_ = false;
};

/// The thread of a worker that a transport wakes.
enum class execution : std::uint8_t {
  on_io_thread, // the thread that read the message; the node moves a slow worker to the scheduler
  pooled,       // on a thread of CAF's scheduler: for handlers that block or compute
};

/// How one worker runs and ends.
struct worker_options {
  int shutdown_priority = 4; // 1 to 7, higher stops earlier; clamped
  ockam::execution execution = execution::on_io_thread;
};

/// The options of the mailbox at an address, see `sender::metadata`.
struct address_metadata {
  ockam::address address;
  bool terminal = false;
  std::map<std::string, std::string> attributes;
};

} // namespace ockam
