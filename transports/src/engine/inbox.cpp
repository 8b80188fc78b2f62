#include "ockam/transports/engine/inbox.hpp"

namespace ockam::sdk {

namespace {

/// Large enough that a frame of 64 KiB seldom has to be moved from one chunk to the next.
constexpr std::size_t chunk_size = 256u << 10;

} // namespace

inbox::inbox(const connection_limits& limits, const stream_format& format,
             ref_ptr<receive_credit> credit, ref_ptr<capacity_listener> reader,
             ref_ptr<memory_budget> buffers)
  : limits_{limits},
    format_{format},
    credit_{std::move(credit)},
    pool_{make_ref<buffer_pool>(chunk_size, 2 + 2 * limits.max_unhandled_bytes / chunk_size,
                                std::move(reader), std::move(buffers))},
    decoder_{pool_, limits.max_frame_size, format.frames} {}

void inbox::begin_again() {
  decoder_ = frame_decoder{pool_, limits_.max_frame_size, format_.frames};
}

result<inbox::state> inbox::decode(connection_port& port, compat::execution_context* context,
                                   std::size_t max) {
  const connection_port::run together{port};
  for (; !credit_->exhausted(); --max) {
    if (max == 0)
      return state::has_more;
    auto body = decoder_.next();
    if (!body)
      return fail(std::move(body.error()));
    if (!*body)
      return state::wants_bytes;
    ++frames_;
    if ((*body)->empty())
      continue; // an empty frame means nothing (TCP-24)
    const auto size = (*body)->size();
    auto content = format_.form.decode(std::move(**body), limits_.decode);
    if (!content && (format_.ignores_undecodable || exceeds_limits(content.error()))) {
      port.drop_undecodable(content.error());
      continue;
    }
    if (!content)
      return fail(std::move(content.error()));
    content->hold(credit_, size);
    port.receive(std::move(*content), context);
  }
  return state::no_credit;
}

} // namespace ockam::sdk
