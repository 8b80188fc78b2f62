#include "ockam/protocol/address.hpp"

#include "ockam/protocol/detail/forks.hpp"
#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include <sys/random.h>

namespace ockam {

address::address(std::string_view text) : address{value_or_throw(parse(text))} {}

address::address(std::uint8_t type, std::string_view value) {
  content_.type = type;
  if (value.size() <= inline_capacity) {
    if (!value.empty())
      std::memcpy(content_.bytes, value.data(), value.size());
    content_.size = static_cast<std::uint8_t>(value.size());
  } else {
    put_on_heap(value);
    content_.size = size_on_heap;
  }
}

void address::put_on_heap(std::string_view value) {
  const heap_bytes copy{new char[value.size()], value.size()};
  std::memcpy(copy.data, value.data(), value.size());
  std::memcpy(content_.bytes, &copy, sizeof copy);
}

address& address::operator=(const address& other) {
  if (this != &other)
    *this = address{other};
  return *this;
}

address& address::operator=(address&& other) noexcept {
  if (this != &other) {
    release();
    take_content(other);
    other.content_.size = 0;
  }
  return *this;
}

result<address> address::parse(std::string_view text) {
  const auto separator = text.find('#');
  if (separator == std::string_view::npos)
    return address{transport_type::local, text};
  if (text.find('#', separator + 1) != std::string_view::npos)
    return fail(errc::multiple_separators,
                "address \"" + escaped(text) + "\" has more than one '#'; write it as TYPE#VALUE");
  auto digits = text.substr(0, separator);
  if (digits.starts_with('+'))
    digits.remove_prefix(1);
  std::uint8_t type = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stopped, problem] = std::from_chars(digits.data(), end, type);
  if (problem != std::errc{} || stopped != end)
    return fail(errc::invalid_type,
                "address \"" + escaped(text)
                  + "\" has no valid transport type before '#'; use a number from 0 to 255");
  return address{type, text.substr(separator + 1)};
}

namespace {

/// Bytes of the system's generator, fetched in bulk: one call costs as much as sending a message.
/// No byte is used twice, not even in the child of a fork.
class random_bytes {
public:
  template <std::size_t Size>
  std::array<std::uint8_t, Size> take() {
    static const bool watched = internal::watch_forks();
    const auto now = internal::count_forks();
    if (!watched || left_ < Size || forks_ != now)
      fill();
    forks_ = now;
    left_ -= Size;
    std::array<std::uint8_t, Size> taken;
    std::copy_n(ready_.begin() + static_cast<std::ptrdiff_t>(left_), Size, taken.begin());
    std::fill_n(ready_.begin() + static_cast<std::ptrdiff_t>(left_), Size, std::uint8_t{0});
    return taken;
  }

private:
  void fill() {
    left_ = 0;
    while (left_ < ready_.size()) {
      const auto got = ::getrandom(ready_.data() + left_, ready_.size() - left_, 0);
      if (got > 0) {
        left_ += static_cast<std::size_t>(got);
      } else if (errno != EINTR) {
        left_ = 0;
        throw failure{error{std::error_code{errno, std::system_category()},
                            "the system's random generator failed"}};
      }
    }
  }

  std::array<std::uint8_t, 256> ready_{}; // the system returns up to this many at once, or none
  std::size_t left_ = 0;
  unsigned forks_ = 0;
};

} // namespace

address address::random() {
  static thread_local random_bytes own;
  const auto raw = own.take<16>();
  std::array<char, 32> digits{};
  for (std::size_t i = 0; i < raw.size(); ++i) {
    digits[2 * i] = "0123456789abcdef"[raw[i] >> 4];
    digits[2 * i + 1] = "0123456789abcdef"[raw[i] & 0xf];
  }
  return address{transport_type::local, {digits.data(), digits.size()}};
}

result<std::string_view> address::text() const {
  if (!is_utf8(value()))
    return fail(errc::invalid_utf8, "the value of address " + escaped(to_string(*this))
                                      + " is not text; use value() for its bytes");
  return value();
}

std::string to_string(address_view value) {
  auto text = std::to_string(value.type()) + '#';
  text += is_utf8(value.value()) ? value.value() : std::string_view{"Invalid UTF-8"};
  return text;
}

namespace {

template <class Word>
std::uint64_t word_at(const char* data) noexcept {
  Word word;
  std::memcpy(&word, data, sizeof word);
  return word;
}

/// All of at most seven bytes, by overlapping reads.
std::uint64_t short_word(const char* data, std::size_t size) noexcept {
  if (size >= 4)
    return word_at<std::uint32_t>(data) << 32 | word_at<std::uint32_t>(data + size - 4);
  if (size == 0)
    return 0;
  return word_at<std::uint8_t>(data) << 16 | word_at<std::uint8_t>(data + size / 2) << 8
         | word_at<std::uint8_t>(data + size - 1);
}

} // namespace

std::uint64_t hash_value(address_view value, std::uint64_t seed) noexcept {
  // Folded 64x64-bit products of 8-byte words, the last of which may overlap; the seed and the size
  // enter every step.
  __extension__ using wide = unsigned __int128;
  const auto mix = [](std::uint64_t a, std::uint64_t b) {
    const auto product = static_cast<wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  };
  constexpr std::uint64_t odd1 = 0x9e3779b97f4a7c15;
  constexpr std::uint64_t odd2 = 0xd1b54a32d192ed03;
  const auto* const data = value.value().data();
  const auto size = value.value().size();
  auto state = seed ^ mix(size + 1, odd1 ^ (std::uint64_t{value.type()} << 56));
  std::size_t at = 0;
  for (; at + 8 <= size; at += 8)
    state = mix(word_at<std::uint64_t>(data + at) ^ odd1 ^ seed, state ^ odd2);
  const auto last = size < 8    ? short_word(data, size)
                    : at < size ? word_at<std::uint64_t>(data + size - 8)
                                : 0;
  return mix(last ^ odd2 ^ seed, state ^ odd1);
}

} // namespace ockam
