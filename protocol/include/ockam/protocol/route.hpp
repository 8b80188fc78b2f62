#pragma once

#include "ockam/protocol/address.hpp"
#include "ockam/protocol/detail/export.hpp"
#include "ockam/protocol/result.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <string>

namespace ockam {

/// The addresses that a message has yet to visit, or those on its way back, in order.
///
/// A route stores its addresses in wire form, right-aligned in one block of memory: removing the
/// first address moves an offset, prepending one writes a few bytes, and encoding is a copy. Routes
/// of up to 72 bytes (eight short local names, or two random addresses) need no allocation.
class OCKAM_PROTOCOL_EXPORT route {
public:
  class iterator;
  using const_iterator = iterator;
  using value_type = address_view;

  route() noexcept {} // leaves the inline bytes uninitialized

  /// A route of one address. Text is parsed as an address, never as a route.
  route(const address& only) { prepend(only); }     // NOLINT: an address is a route of one hop
  route(const char* text) : route{address{text}} {} // NOLINT
  route(const std::string& text) : route{address{text}} {} // NOLINT

  /// `route{connection, "h1", "echoer"}`; malformed text throws `failure`.
  route(std::initializer_list<address> hops);

  route(const route& other);
  route(route&& other) noexcept;
  route& operator=(const route& other);
  route& operator=(route&& other) noexcept;
  ~route() { release(); }

  /// Splits at `=>`, trims blanks and parses each part.
  /// - errc::empty_route  the text is empty
  /// - the errors of `address::parse`
  [[nodiscard]] static result<route> parse(std::string_view text);

  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

  /// The first address; the route must not be empty. Valid until the route changes.
  [[nodiscard]] address_view front() const noexcept;

  /// The first address, or errc::empty_route.
  [[nodiscard]] result<address> next() const;

  /// Removes and returns the first address, or errc::empty_route.
  [[nodiscard]] result<address> step();

  /// Removes the first address; the route must not be empty.
  void pop_front() noexcept;

  /// The last address, or errc::empty_route. Linear in the number of hops.
  [[nodiscard]] result<address> recipient() const;

  /// Prepends one address; amortised constant time.
  route& prepend(address_view hop);
  route& prepend(const address& hop) { return prepend(address_view{hop}); }
  route& prepend(const char* text) { return prepend(address{text}); }

  /// Prepends all of `hops` in their order.
  route& prepend(const route& hops);

  /// Appends one address or a whole route. Linear in the size of the route.
  route& append(address_view hop);
  route& append(const address& hop) { return append(address_view{hop}); }
  route& append(const char* text) { return append(address{text}); }
  route& append(const route& hops);

  /// Whether `part` occurs as consecutive addresses; errc::empty_route for an empty `part`.
  [[nodiscard]] result<bool> contains(const route& part) const;

  [[nodiscard]] iterator begin() const noexcept;
  [[nodiscard]] iterator end() const noexcept;

  friend bool operator==(const route& a, const route& b) noexcept {
    return a.count_ == b.count_ && as_text(a.encoded()) == as_text(b.encoded());
  }

  /// The addresses in wire form, each a CBOR array of type and bytes, without a count.
  [[nodiscard]] bytes_view encoded() const noexcept { return {storage() + begin_, end_ - begin_}; }

  /// As above without the first `skip_hops` addresses; empty when the route is shorter.
  [[nodiscard]] bytes_view encoded(std::size_t skip_hops) const noexcept {
    return skip_hops == 0 ? encoded() : encoded_behind(skip_hops);
  }

  /// Copies `count` addresses in canonical wire form, which the caller has checked.
  [[nodiscard]] static route from_encoded(bytes_view canonical, std::size_t count);

private:
  static constexpr std::uint32_t inline_capacity = 72;

  [[nodiscard]] const std::uint8_t* storage() const noexcept {
    return heap_ != nullptr ? heap_ : inline_;
  }
  [[nodiscard]] std::uint8_t* storage() noexcept { return heap_ != nullptr ? heap_ : inline_; }

  [[nodiscard]] bytes_view encoded_behind(std::size_t skip_hops) const noexcept;
  void release() noexcept { delete[] heap_; }
  void take(route& other) noexcept;
  std::uint8_t* grow_front(std::size_t room);
  std::uint8_t* grow_back(std::size_t room);

  std::uint8_t* heap_ = nullptr;
  std::uint32_t capacity_ = inline_capacity;
  std::uint32_t begin_ = inline_capacity;
  std::uint32_t end_ = inline_capacity;
  std::uint32_t count_ = 0;
  std::uint8_t inline_[inline_capacity];
};

/// Iterates over the addresses of a route; valid until the route changes.
class OCKAM_PROTOCOL_EXPORT route::iterator {
public:
  using iterator_category = std::forward_iterator_tag;
  using difference_type = std::ptrdiff_t;
  using value_type = address_view;
  using pointer = void;
  using reference = address_view;

  iterator() = default;
  explicit iterator(const std::uint8_t* position) noexcept : position_{position} {}

  address_view operator*() const noexcept;
  iterator& operator++() noexcept;
  iterator operator++(int) noexcept {
    auto before = *this;
    ++*this;
    return before;
  }
  bool operator==(const iterator&) const = default;

private:
  const std::uint8_t* position_ = nullptr;
};

/// `0#h1 => 0#echoer`.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::string to_string(const route& value);

namespace internal {
inline void append_part(route& to, const route& part) {
  to.append(part);
}
} // namespace internal

/// Flattens any mixture of addresses and routes: `make_route(relay_route, "h1", echoer)`.
template <class... Parts>
[[nodiscard]] route make_route(const Parts&... parts) {
  route all;
  (internal::append_part(all, route(parts)), ...);
  return all;
}

} // namespace ockam
