#include "ockam/protocol/route.hpp"

#include "address_form.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace ockam {

namespace {

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

tl::unexpected<error> no_address() {
  return fail(errc::empty_route, "the route has no address left");
}

} // namespace

route::route(std::initializer_list<address> hops) {
  for (const auto* hop = hops.end(); hop != hops.begin();)
    prepend(*--hop);
}

route::route(const route& other) {
  if (other.heap_ != nullptr) {
    prepend(other);
  } else if (!other.empty()) {
    begin_ = other.begin_;
    count_ = other.count_;
    std::memcpy(inline_, other.inline_, sizeof inline_); // as in `take`
  }
}

route::route(route&& other) noexcept {
  take(other);
}

route& route::operator=(const route& other) {
  if (this != &other)
    *this = route{other};
  return *this;
}

route& route::operator=(route&& other) noexcept {
  if (this != &other) {
    release();
    heap_ = nullptr;
    take(other);
  }
  return *this;
}

void route::take(route& other) noexcept {
  heap_ = std::exchange(other.heap_, nullptr);
  capacity_ = std::exchange(other.capacity_, inline_capacity);
  begin_ = std::exchange(other.begin_, inline_capacity);
  end_ = std::exchange(other.end_, inline_capacity);
  count_ = std::exchange(other.count_, 0);
  if (heap_ == nullptr)
    std::memcpy(inline_, other.inline_,
                sizeof inline_); // a fixed size is faster than the right one
}

result<route> route::parse(std::string_view text) {
  if (text.empty())
    return fail(errc::empty_route, "the text of the route is empty; write \"h1 => echoer\"");
  route parsed;
  for (;;) {
    const auto arrow = text.find("=>");
    auto hop = address::parse(trimmed(text.substr(0, arrow)));
    if (!hop)
      return fail(std::move(hop.error()));
    parsed.append(*hop);
    if (arrow == std::string_view::npos)
      return parsed;
    text.remove_prefix(arrow + 2);
  }
}

address_view route::front() const noexcept {
  return internal::get_address(storage() + begin_).hop;
}

result<address> route::next() const {
  if (empty())
    return no_address();
  return address{front()};
}

result<address> route::step() {
  auto first = next();
  if (first)
    pop_front();
  return first;
}

void route::pop_front() noexcept {
  const auto* start = storage();
  begin_ = static_cast<std::uint32_t>(internal::get_address(start + begin_).behind - start);
  --count_;
}

result<address> route::recipient() const {
  if (empty())
    return no_address();
  address_view last;
  for (auto hop : *this)
    last = hop;
  return address{last};
}

route& route::prepend(address_view hop) {
  const auto size = internal::encoded_size(hop);
  if (size <= begin_) {
    begin_ -= static_cast<std::uint32_t>(size);
    internal::put_address(storage() + begin_, hop);
  } else {
    const address own{hop}; // `hop` may point into the memory that grows
    internal::put_address(grow_front(size), own);
  }
  ++count_;
  return *this;
}

route& route::prepend(const route& hops) {
  if (&hops == this)
    return prepend(route{hops});
  const auto content = hops.encoded();
  if (content.empty())
    return *this;
  std::memcpy(grow_front(content.size()), content.data(), content.size());
  count_ += hops.count_;
  return *this;
}

route& route::append(address_view hop) {
  const address own{hop};
  internal::put_address(grow_back(internal::encoded_size(own)), own);
  ++count_;
  return *this;
}

route& route::append(const route& hops) {
  if (&hops == this)
    return append(route{hops});
  const auto content = hops.encoded();
  if (content.empty())
    return *this;
  std::memcpy(grow_back(content.size()), content.data(), content.size());
  count_ += hops.count_;
  return *this;
}

result<bool> route::contains(const route& part) const {
  if (part.empty())
    return fail(errc::empty_route, "looking for an empty route; give at least one address");
  // The wire form is self-delimiting: equal bytes at the start of an address are equal addresses.
  const auto wanted = as_text(part.encoded());
  const auto* position = storage() + begin_;
  const auto* last = storage() + end_;
  while (position != last && static_cast<std::size_t>(last - position) >= wanted.size()) {
    if (std::memcmp(position, wanted.data(), wanted.size()) == 0)
      return true;
    position = internal::get_address(position).behind;
  }
  return false;
}

bytes_view route::encoded_behind(std::size_t skip_hops) const noexcept {
  const auto* from = storage() + begin_;
  for (; skip_hops > 0 && from != storage() + end_; --skip_hops)
    from = internal::get_address(from).behind;
  return {from, storage() + end_};
}

route::iterator route::begin() const noexcept {
  return iterator{storage() + begin_};
}

route::iterator route::end() const noexcept {
  return iterator{storage() + end_};
}

address_view route::iterator::operator*() const noexcept {
  return internal::get_address(position_).hop;
}

route::iterator& route::iterator::operator++() noexcept {
  position_ = internal::get_address(position_).behind;
  return *this;
}

route route::from_encoded(bytes_view canonical, std::size_t count) {
  route taken;
  if (!canonical.empty())
    std::memcpy(taken.grow_front(canonical.size()), canonical.data(), canonical.size());
  taken.count_ = static_cast<std::uint32_t>(count);
  return taken;
}

/// Makes `room` bytes in front of the content part of it and returns where they start.
std::uint8_t* route::grow_front(std::size_t room) {
  if (room > begin_) {
    const std::size_t content = end_ - begin_;
    const auto wanted = 2 * (content + room);
    if (wanted > std::numeric_limits<std::uint32_t>::max())
      throw failure{error{errc::route_too_long, "a route cannot exceed 2 GiB"}};
    auto* larger = new std::uint8_t[wanted];
    std::memcpy(larger + wanted - content, storage() + begin_, content);
    release();
    heap_ = larger;
    capacity_ = static_cast<std::uint32_t>(wanted);
    begin_ = static_cast<std::uint32_t>(wanted - content);
    end_ = capacity_;
  }
  begin_ -= static_cast<std::uint32_t>(room);
  return storage() + begin_;
}

/// Makes `room` bytes behind the content part of it and returns where they start.
std::uint8_t* route::grow_back(std::size_t room) {
  const std::size_t content = end_ - begin_;
  grow_front(room);
  std::memmove(storage() + begin_, storage() + begin_ + room, content);
  return storage() + begin_ + content;
}

std::string to_string(const route& value) {
  std::string text;
  for (auto hop : value) {
    if (!text.empty())
      text += " => ";
    text += to_string(hop);
  }
  return text;
}

} // namespace ockam
