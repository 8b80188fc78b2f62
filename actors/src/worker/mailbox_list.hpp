#pragma once

#include "ockam/actors/worker_options.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ockam::internal {

/// What few mailboxes have.
struct mailbox_details {
  bool terminal = false;
  std::vector<std::pair<std::string, std::string>> attributes;
};

/// One address of a worker, as it is looked at for every message.
struct mailbox {
  mailbox() = default;
  explicit mailbox(mailbox_options options)
    : address{std::move(options.address)},
      open_for_incoming{options.incoming->admits_everything()},
      open_for_outgoing{options.outgoing->admits_everything()},
      incoming{std::move(options.incoming)},
      outgoing{std::move(options.outgoing)} {
    if (options.terminal || !options.attributes.empty())
      details = std::make_unique<mailbox_details>(
        mailbox_details{options.terminal, {options.attributes.begin(), options.attributes.end()}});
  }

  ockam::address address;
  bool open_for_incoming = false; // no access control to ask
  bool open_for_outgoing = false;
  access_control_ptr incoming;
  access_control_ptr outgoing;
  std::unique_ptr<mailbox_details> details;
};

/// The mailboxes of a worker, at least one; most have one, which is stored in place.
class mailbox_list {
public:
  explicit mailbox_list(std::vector<mailbox_options> all) : first_{std::move(all.front())} {
    rest_.reserve(all.size() - 1);
    for (std::size_t i = 1; i < all.size(); ++i)
      rest_.emplace_back(std::move(all[i]));
  }

  [[nodiscard]] std::size_t size() const noexcept { return 1 + rest_.size(); }
  [[nodiscard]] const mailbox& front() const noexcept { return first_; }
  [[nodiscard]] const mailbox& operator[](std::size_t index) const noexcept {
    return index == 0 ? first_ : rest_[index - 1];
  }

private:
  mailbox first_;
  std::vector<mailbox> rest_;
};

} // namespace ockam::internal
