#include "inbox.hpp"

#include "ockam/protocol/codec.hpp"

namespace ockam::internal {

namespace {

/// Large enough that a frame of 64 KiB seldom has to be moved from one chunk to the next.
constexpr std::size_t chunk_size = 256u << 10;

} // namespace

void stream_credit::take(std::size_t bytes) noexcept {
  messages_.fetch_add(1, std::memory_order_relaxed);
  bytes_.fetch_add(bytes, std::memory_order_relaxed);
}

void stream_credit::give_back(std::size_t bytes) noexcept {
  bytes_.fetch_sub(bytes, std::memory_order_seq_cst);
  messages_.fetch_sub(1, std::memory_order_seq_cst);
  // the reader announces that it waits, then looks again; we free, then look whether it waits
  if (somebody_waits_.load(std::memory_order_seq_cst) && half_free()
      && somebody_waits_.exchange(false))
    on_available_();
}

bool stream_credit::exhausted() noexcept {
  if (!full())
    return false;
  somebody_waits_.store(true, std::memory_order_seq_cst);
  if (!half_free())
    return true;
  // freed meanwhile: whoever takes the flag away decides
  return !somebody_waits_.exchange(false);
}

inbox::inbox(const connection_limits& limits, std::function<void()> on_available,
             ref_ptr<memory_budget> buffers)
  : limits_{limits},
    credit_{make_ref<stream_credit>(limits.credit_messages, limits.credit_bytes, on_available)},
    pool_{make_ref<chunk_pool>(chunk_size, 2 + 2 * limits.credit_bytes / chunk_size, on_available,
                               std::move(buffers))},
    decoder_{pool_, limits.max_frame_size} {}

void inbox::begin_again() {
  decoder_ = frame_decoder{pool_, limits_.max_frame_size};
}

result<inbox::state> inbox::deliver(connection_port& port, compat::execution_context* context,
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
    auto content = decode_message(**body, limits_.message);
    if (!content)
      return fail(std::move(content.error()));
    content->hold(credit_, (*body)->size());
    port.deliver(std::move(*content), context);
  }
  return state::no_credit;
}

} // namespace ockam::internal
