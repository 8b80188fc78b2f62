#include "stream_link.hpp"

namespace ockam::internal {

stream_link::stream_link(const setup& own, const stream_format& format)
  : link{own, format}, input_{limits(), format, credit(), reader(), own.buffers} {}

void stream_link::begin_again(const error& cause, const write_batch& unwritten,
                              outbox::clock::time_point now) {
  link::begin_again(cause, unwritten, now);
  input_.begin_again();
}

void stream_link::finish(std::optional<error> cause, const write_batch& unwritten) {
  link::finish(std::move(cause), unwritten);
  input_.begin_again(); // a handle may keep the rest
}

} // namespace ockam::internal
