#include "ockam/protocol/wire/frame.hpp"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <new>

namespace ockam {

namespace {

/// The memory of a large body starts with this many bytes and doubles.
constexpr std::size_t first_large_capacity = 64u << 10;

/// A chunk with less room than this at its end is replaced by a fresh one.
constexpr std::size_t worth_reading(std::size_t chunk_size) noexcept {
  return std::min<std::size_t>(chunk_size / 16, 2048);
}

std::size_t get_length(const std::uint8_t* from, std::size_t size) noexcept {
  std::size_t length = 0;
  for (std::size_t i = 0; i < size; ++i)
    length = length << 8 | from[i];
  return length;
}

} // namespace

/// The body of a frame that is larger than a chunk.
class frame_decoder::large_body final : public ref_counted {
public:
  /// @param received  the bytes that are in a chunk already
  /// @param pool      its budget pays, for the first bytes even above the limit
  large_body(std::size_t length, bytes_view received, ref_ptr<buffer_pool> pool)
    : length_{length}, pool_{std::move(pool)} {
    const auto wanted = std::min(std::max(first_large_capacity, received.size()), length_);
    if (auto* budget = pool_->budget())
      budget->take(wanted);
    resize(wanted);
    std::memcpy(data_, received.data(), received.size());
    filled_ = received.size();
  }
  large_body(const large_body&) = delete;
  large_body& operator=(const large_body&) = delete;
  ~large_body() override {
    std::free(data_);
    if (auto* budget = pool_->budget())
      budget->give_back(capacity_);
  }

  [[nodiscard]] bool complete() const noexcept { return filled_ == length_; }
  [[nodiscard]] std::size_t missing() const noexcept { return length_ - filled_; }
  [[nodiscard]] std::size_t length() const noexcept { return length_; }
  [[nodiscard]] bytes_view view() const noexcept { return {data_, filled_}; }

  /// Doubles a full buffer and returns the room for an incomplete body; empty without memory.
  std::span<std::uint8_t> room() {
    if (filled_ == capacity_ && !complete()) {
      const auto wanted = std::min(2 * capacity_, length_);
      if (auto* budget = pool_->budget(); budget && !budget->try_take(wanted - capacity_))
        return {};
      resize(wanted);
    }
    return {data_ + filled_, capacity_ - filled_};
  }
  void commit(std::size_t count) noexcept { filled_ += count; }

private:
  /// Grows to the size taken from the budget.
  void resize(std::size_t wanted) {
    // realloc moves pages instead of bytes when the buffer is large
    auto* larger = static_cast<std::uint8_t*>(std::realloc(data_, wanted));
    if (larger == nullptr) {
      if (auto* budget = pool_->budget())
        budget->give_back(wanted - capacity_);
      throw std::bad_alloc{};
    }
    data_ = larger;
    capacity_ = wanted;
  }

  std::uint8_t* data_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t filled_ = 0;
  std::size_t length_;
  const ref_ptr<buffer_pool> pool_;
};

frame_decoder::frame_decoder(ref_ptr<buffer_pool> pool, std::size_t max_frame_size,
                             const stream_framing& how)
  : pool_{std::move(pool)},
    max_frame_size_{max_frame_size},
    framing_{how},
    version_expected_{how.version_byte} {}

frame_decoder::frame_decoder(frame_decoder&&) noexcept = default;
frame_decoder& frame_decoder::operator=(frame_decoder&&) noexcept = default;
frame_decoder::~frame_decoder() = default;

std::span<std::uint8_t> frame_decoder::prepare() {
  if (failed_)
    return {};
  if (large_)
    return room_in_own_memory();
  if (chunk_ && read_ == written_ && chunk_->unique()) // start over in warm memory
    read_ = written_ = 0;
  if (chunk_ && chunk_->size() - written_ > worth_reading(chunk_->size()))
    return {chunk_->data() + written_, chunk_->size() - written_};
  if (!make_room() && !chunk_)
    return {};
  if (large_)
    return room_in_own_memory();
  return {chunk_->data() + written_, chunk_->size() - written_};
}

void frame_decoder::commit(std::size_t count) noexcept {
  if (large_) {
    assert(count <= large_->missing());
    large_->commit(count);
  } else if (chunk_) {
    assert(count <= chunk_->size() - written_);
    written_ += count;
  }
}

std::size_t frame_decoder::feed(bytes_view received) {
  const auto room = prepare();
  const auto count = std::min(room.size(), received.size());
  if (count > 0)
    std::memcpy(room.data(), received.data(), count);
  commit(count);
  return count;
}

result<void> frame_decoder::read_version() {
  if (failed_)
    return fail(*failed_);
  if (!version_expected_ || read_ == written_)
    return {};
  const auto version = chunk_->data()[read_++];
  if (version != tcp_protocol_version) {
    failed_ = std::make_unique<const error>(
      errc::unsupported_protocol_version,
      "the peer starts with byte " + std::to_string(version) + " instead of transport version "
        + std::to_string(tcp_protocol_version)
        + "; is it an Ockam TCP transport of version 0.128 or newer?");
    return fail(*failed_);
  }
  version_expected_ = false;
  return {};
}

result<std::optional<shared_bytes>> frame_decoder::next() {
  if (failed_)
    return fail(*failed_);
  if (framing_.length_size == 0)
    return next_without_length();
  if (large_)
    return large_->complete() ? std::optional{take_large_body()} : std::nullopt;
  if (auto read = read_version(); !read)
    return fail(std::move(read.error()));
  if (version_expected_ || !length_received())
    return std::nullopt;
  const auto length = announced_length();
  if (length > max_frame_size_)
    return fail_for_size(length);
  if (length > written_ - read_ - framing_.length_size)
    return std::nullopt;
  const bytes_view body{chunk_->data() + read_ + framing_.length_size, length};
  read_ += framing_.length_size + body.size();
  if (body.empty())
    return shared_bytes{};
  return shared_bytes{body, chunk_};
}

/// Returns the bytes read so far once the caller has ended the body.
result<std::optional<shared_bytes>> frame_decoder::next_without_length() {
  const auto here = large_ ? large_->view().size() : written_ - read_;
  if (here > max_frame_size_)
    return fail_for_size(here);
  if (!std::exchange(body_ended_, false))
    return std::nullopt;
  if (large_)
    return take_large_body();
  if (here == 0)
    return shared_bytes{};
  const bytes_view body{chunk_->data() + read_, here};
  read_ = written_;
  return shared_bytes{body, chunk_};
}

tl::unexpected<error> frame_decoder::fail_for_size(std::size_t length) {
  failed_ = std::make_unique<const error>(
    errc::frame_too_large,
    "the peer sends a message of " + std::string{framing_.length_size == 0 ? "at least " : ""}
      + std::to_string(length) + " bytes, max-frame-size is " + std::to_string(max_frame_size_)
      + "; raise max-frame-size on this node to accept it");
  return fail(*failed_);
}

std::size_t frame_decoder::wanted() const noexcept {
  if (large_)
    return large_->missing();
  if (version_expected_)
    return 1;
  const auto here = written_ - read_;
  const auto whole = framing_.length_size + (length_received() ? announced_length() : 0);
  return whole > here ? whole - here : 0;
}

void frame_decoder::release_chunk() noexcept {
  if (read_ != written_)
    return;
  chunk_ = {};
  read_ = written_ = 0;
}

std::size_t frame_decoder::announced_length() const noexcept {
  return get_length(chunk_->data() + read_, framing_.length_size);
}

bool frame_decoder::needs_own_memory(std::size_t chunk_size) const noexcept {
  if (version_expected_)
    return false;
  if (framing_.length_size == 0) // it may go on for long
    return written_ - read_ > chunk_size / 2;
  if (!length_received())
    return false;
  const auto length = announced_length();
  return length > chunk_size - framing_.length_size && length <= max_frame_size_;
}

/// Makes room behind the partial frame; false when that is impossible.
bool frame_decoder::make_room() {
  const auto partial = written_ - read_;
  if (chunk_ && needs_own_memory(chunk_->size())) {
    move_to_own_memory();
    return true;
  }
  if (chunk_ && chunk_->unique()) { // no body refers to it: consumed bytes may be overwritten
    if (read_ > 0 && partial > 0)
      std::memmove(chunk_->data(), chunk_->data() + read_, partial);
  } else {
    auto fresh = pool_->take();
    if (!fresh)
      return false;
    if (needs_own_memory(fresh->size())) { // the fresh chunk is a small one
      move_to_own_memory();
      return true;
    }
    if (partial > 0)
      std::memcpy(fresh->data(), chunk_->data() + read_, partial);
    chunk_ = std::move(fresh);
  }
  read_ = 0;
  written_ = partial;
  return true;
}

void frame_decoder::move_to_own_memory() {
  // without lengths: one byte above the limit, so that the excess is detected
  const auto length = length_received() ? announced_length() : max_frame_size_ + 1;
  read_ += framing_.length_size;
  large_ = make_ref<large_body>(length, bytes_view{chunk_->data() + read_, written_ - read_},
                                pool_);
  read_ = written_;
}

std::span<std::uint8_t> frame_decoder::room_in_own_memory() {
  const auto room = large_->room();
  if (room.empty() && !large_->complete())
    fail_for_want_of_memory();
  return room;
}

void frame_decoder::fail_for_want_of_memory() {
  failed_ = std::make_unique<const error>(
    errc::resource_exhausted,
    "the peer sends a frame of " + std::to_string(large_->length())
      + " bytes while the buffers of this node are full (max-buffer-bytes is "
      + std::to_string(pool_->budget()->limit()) + ")");
}

shared_bytes frame_decoder::take_large_body() {
  const auto content = large_->view();
  return {content, std::exchange(large_, {})};
}

} // namespace ockam
