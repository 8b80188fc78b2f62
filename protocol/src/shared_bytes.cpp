#include "ockam/protocol/shared_bytes.hpp"

#include "ockam/protocol/detail/recycled.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace ockam {

namespace {

/// A vector shared by slices.
struct adopted_bytes final : ref_counted {
  explicit adopted_bytes(bytes content) : data{std::move(content)} {}
  const bytes data;
};

/// Count and bytes in one allocation.
class inline_bytes final : public ref_counted {
public:
  static inline_bytes* create(std::size_t size) {
    return new (internal::take_memory(sizeof(inline_bytes) + size)) inline_bytes{size};
  }
  std::uint8_t* data() noexcept { return reinterpret_cast<std::uint8_t*>(this + 1); }

private:
  explicit inline_bytes(std::size_t size) noexcept : size_{size} {}

  void dispose() noexcept override {
    const auto size = size_;
    this->~inline_bytes();
    internal::give_back_memory(this, sizeof(inline_bytes) + size);
  }

  const std::size_t size_;
};

} // namespace

shared_bytes::shared_bytes(bytes_view data) {
  if (data.empty())
    return;
  std::span<std::uint8_t> memory;
  *this = uninitialized(data.size(), memory);
  std::memcpy(memory.data(), data.data(), data.size());
}

shared_bytes shared_bytes::uninitialized(std::size_t size, std::span<std::uint8_t>& memory) {
  if (size == 0)
    return {};
  auto* made = inline_bytes::create(size);
  memory = {made->data(), size};
  return {memory, ref_ptr<ref_counted>{made}};
}

shared_bytes shared_bytes::adopt(bytes data) {
  auto owner = make_ref<adopted_bytes>(std::move(data));
  const bytes_view view{owner->data};
  return {view, std::move(owner)};
}

shared_bytes shared_bytes::slice(std::size_t offset, std::size_t length) const& {
  return shared_bytes{*this}.slice(offset, length);
}

shared_bytes shared_bytes::slice(std::size_t offset, std::size_t length) && {
  offset = std::min(offset, data_.size());
  length = std::min(length, data_.size() - offset);
  return {data_.subspan(offset, length), std::exchange(owner_, {})};
}

} // namespace ockam
