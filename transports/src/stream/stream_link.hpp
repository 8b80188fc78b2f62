#pragma once

#include "../link.hpp"
#include "inbox.hpp"

namespace ockam::internal {

/// A link whose input is a stream of messages.
class OCKAM_TRANSPORTS_EXPORT stream_link : public link {
public:
  stream_link(const setup& own, const stream_format& format);

  [[nodiscard]] std::size_t chunks_in_use() const { return input_.chunks_in_use(); }

protected:
  // -- for the thread that moves the bytes ---------------------------------------------------------

  inbox& input() noexcept { return input_; }

  void begin_again(const error& cause, const write_batch& unwritten,
                   outbox::clock::time_point now = outbox::clock::now());
  void finish(std::optional<error> cause, const write_batch& unwritten);

private:
  inbox input_;
};

} // namespace ockam::internal
