#include "ockam/protocol/detail/reassembler.hpp"

#include "ockam/protocol/time_span.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace ockam {

namespace {

/// Format B: the number of messages in progress, the newest included.
constexpr std::uint16_t window = 5;

/// Memory overhead of a part that is out of order.
constexpr std::size_t cost_of_part = 128;

constexpr std::size_t first_block = 2u << 10;
constexpr std::size_t largest_block = 64u << 10;

} // namespace

std::string_view to_string(part_verdict verdict) noexcept {
  switch (verdict) {
    case part_verdict::complete:
      return "complete";
    case part_verdict::waiting:
      return "waiting";
    case part_verdict::late:
      return "late";
    case part_verdict::already_delivered:
      return "already_delivered";
    case part_verdict::duplicate_part:
      return "duplicate_part";
    case part_verdict::offset_mismatch:
      return "offset_mismatch";
    case part_verdict::total_zero:
      return "total_zero";
    case part_verdict::index_out_of_bounds:
      return "index_out_of_bounds";
    case part_verdict::empty_part:
      return "empty_part";
    case part_verdict::total_mismatch:
      return "total_mismatch";
    case part_verdict::size_mismatch:
      return "size_mismatch";
    case part_verdict::no_room:
      return "no_room";
  }
  return "unknown";
}

// -- memory ----------------------------------------------------------------------------------------

/// Memory of the unfinished messages of the peer, and its limit.
class reassembler::account {
public:
  account(std::size_t limit, ref_ptr<memory_budget> in_all)
    : limit_{limit}, in_all_{std::move(in_all)} {}

  [[nodiscard]] bool try_take(std::size_t bytes) noexcept {
    if (bytes > limit_ - used_ || (in_all_ && !in_all_->try_take(bytes)))
      return false;
    used_ += bytes;
    return true;
  }
  void give_back(std::size_t bytes) noexcept {
    used_ -= bytes;
    if (in_all_)
      in_all_->give_back(bytes);
  }
  [[nodiscard]] std::size_t used() const noexcept { return used_; }

private:
  const std::size_t limit_;
  const ref_ptr<memory_budget> in_all_;
  std::size_t used_ = 0;
};

/// The received parts of one message: its beginning, in blocks that do not move, and parts out of
/// order. The bytes are copied out of the receive buffer.
class reassembler::gathered {
public:
  explicit gathered(account& pays) noexcept : pays_{&pays} {}
  gathered(gathered&& other) noexcept
    : pays_{other.pays_},
      size_{std::exchange(other.size_, 0)},
      taken_{std::exchange(other.taken_, 0)},
      next_{other.next_},
      blocks_{std::move(other.blocks_)},
      ahead_{std::move(other.ahead_)} {}
  gathered& operator=(gathered&& other) noexcept {
    std::swap(pays_, other.pays_);
    std::swap(size_, other.size_);
    std::swap(taken_, other.taken_);
    std::swap(next_, other.next_);
    blocks_.swap(other.blocks_);
    ahead_.swap(other.ahead_);
    return *this;
  }
  ~gathered() { pays_->give_back(taken_); }

  [[nodiscard]] std::size_t size() const noexcept { return size_; } ///< of the beginning
  [[nodiscard]] std::size_t parts() const noexcept { return next_ + ahead_.size(); }
  [[nodiscard]] bool has(std::uint32_t index) const {
    return index < next_ || ahead_.contains(index);
  }

  /// False when the limit of memory is reached.
  bool add(std::uint32_t index, const shared_bytes& part) {
    const auto cost = part.size() + (index == next_ ? 0 : cost_of_part);
    if (!pays_->try_take(cost))
      return false;
    taken_ += cost;
    if (index != next_) {
      ahead_.emplace(index, part.detached());
      return true;
    }
    append(part.view());
    for (auto at = ahead_.begin(); at != ahead_.end() && at->first == next_;
         at = ahead_.erase(at)) {
      append(at->second.view());
      taken_ -= cost_of_part;
      pays_->give_back(cost_of_part);
    }
    return true;
  }

  /// The beginning with `last` behind it.
  [[nodiscard]] shared_bytes join(bytes_view last = {}) const {
    return shared_bytes::of_size(size_ + last.size(), [&](std::span<std::uint8_t> memory) {
      auto to = memory.begin();
      for (const auto& block : blocks_)
        to = std::copy(block.begin(), block.end(), to);
      std::copy(last.begin(), last.end(), to);
    });
  }

private:
  void append(bytes_view part) {
    ++next_;
    size_ += part.size();
    while (!part.empty()) {
      if (blocks_.empty() || blocks_.back().size() == blocks_.back().capacity()) {
        const auto wanted = blocks_.empty() ? first_block : 2 * blocks_.back().capacity();
        blocks_.emplace_back().reserve(std::min(wanted, largest_block));
      }
      auto& block = blocks_.back();
      const auto fits = std::min(part.size(), block.capacity() - block.size());
      block.insert(block.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(fits));
      part = part.subspan(fits);
    }
  }

  account* pays_;
  std::size_t size_ = 0;
  std::size_t taken_ = 0;
  std::uint32_t next_ = 0; // index of the part that continues the beginning
  std::vector<bytes> blocks_;
  std::map<std::uint32_t, shared_bytes> ahead_;
};

// -- format A --------------------------------------------------------------------------------------

class reassembler::one_in_order {
public:
  explicit one_in_order(account& pays) noexcept : pays_{pays} {}

  outcome take(const part_at_offset& place, const datagram& received, time_point now) {
    if (!expected_)
      expected_ = received.number;
    if (received.number.is_older_than(*expected_))
      return {.verdict = part_verdict::late};
    std::size_t given_up = 0;
    if (received.number != *expected_) {
      given_up = drop();
      expected_ = received.number;
    }
    const auto size = begun_ ? begun_->size() : 0;
    if (place.offset != size)
      return lose(part_verdict::offset_mismatch, given_up);
    if (received.part.empty() && !place.is_last)
      return {.verdict = part_verdict::empty_part, .given_up = given_up};
    if (place.is_last) {
      auto message = begun_ ? begun_->join(received.part.view()) : received.part;
      drop();
      expected_ = expected_->next();
      return {part_verdict::complete, std::move(message), given_up};
    }
    if (!begun_) {
      begun_.emplace(pays_);
      since_ = now;
    }
    if (!begun_->add(static_cast<std::uint32_t>(begun_->parts()), received.part))
      return lose(part_verdict::no_room, given_up);
    return {.verdict = part_verdict::waiting, .given_up = given_up};
  }

  std::size_t expire(time_point since) {
    if (!begun_ || since_ > since)
      return 0;
    expected_ = expected_->next();
    return drop();
  }

  void excuse(const tick& at) noexcept { at.excuse(since_); }

  std::size_t drop() {
    const std::size_t dropped = begun_ ? 1 : 0;
    begun_.reset();
    return dropped;
  }

  [[nodiscard]] std::size_t unfinished() const noexcept { return begun_ ? 1 : 0; }

private:
  /// The remaining parts of the message will count as late.
  outcome lose(part_verdict why, std::size_t given_up) {
    expected_ = expected_->next();
    drop();
    return {.verdict = why, .given_up = given_up};
  }

  account& pays_;
  std::optional<routing_number> expected_;
  std::optional<gathered> begun_;
  time_point since_{};
};

// -- format B --------------------------------------------------------------------------------------

class reassembler::several_in_window {
public:
  explicit several_in_window(account& pays) noexcept : pays_{pays} {}

  outcome take(const part_at_index& place, const datagram& received, time_point now) {
    if (place.total == 0)
      return {.verdict = part_verdict::total_zero};
    if (place.index >= place.total)
      return {.verdict = part_verdict::index_out_of_bounds};
    // some peers round down and add one: they end a message of whole parts with an empty part
    const bool is_last = place.index + 1 == place.total;
    if (received.part.empty() && (!is_last || place.total == 1))
      return {.verdict = part_verdict::empty_part};
    std::size_t given_up = 0;
    if (!newest_ || newest_->is_older_than(received.number))
      given_up = move_to(received.number);
    if (received.number.distance_to(*newest_) >= window)
      return {.verdict = part_verdict::late};
    if (is_over(received.number))
      return {.verdict = part_verdict::already_delivered, .given_up = given_up};
    if (place.total == 1 && find(received.number) == unfinished_.end()) {
      set_over(received.number);
      return {part_verdict::complete, received.part, given_up};
    }
    auto taken = take_part(place, received, now);
    taken.given_up += given_up;
    return taken;
  }

  std::size_t expire(time_point since) {
    return std::erase_if(unfinished_, [&](const auto& each) {
      if (each.since > since)
        return false;
      set_over(each.number); // a missing part must not restart it
      return true;
    });
  }

  void excuse(const tick& at) noexcept {
    for (auto& each : unfinished_)
      at.excuse(each.since);
  }

  std::size_t drop() {
    return std::erase_if(unfinished_, [](const auto&) { return true; });
  }

  [[nodiscard]] std::size_t unfinished() const noexcept { return unfinished_.size(); }

private:
  struct unfinished_message {
    routing_number number;
    std::uint16_t total;
    time_point since;
    gathered parts;
    std::optional<std::size_t> full_part{}; // bytes of every part but the last
  };

  std::vector<unfinished_message>::iterator find(routing_number number) {
    return std::ranges::find(unfinished_, number, &unfinished_message::number);
  }

  [[nodiscard]] bool is_over(routing_number number) const {
    return (over_ >> number.distance_to(*newest_) & 1) != 0;
  }
  void set_over(routing_number number) { over_ |= 1u << number.distance_to(*newest_); }

  /// @returns the number of unfinished messages that are too old now
  std::size_t move_to(routing_number newest) {
    const auto steps = newest_ ? newest_->distance_to(newest) : window;
    over_ = steps < window ? over_ << steps : 0;
    newest_ = newest;
    return std::erase_if(unfinished_, [&](const auto& each) {
      return each.number.distance_to(newest) >= window;
    });
  }

  outcome take_part(const part_at_index& place, const datagram& received, time_point now) {
    auto at = find(received.number);
    if (at == unfinished_.end())
      at = unfinished_.insert(at, {received.number, place.total, now, gathered{pays_}});
    const bool is_last = place.index + 1 == place.total;
    if (place.total != at->total)
      return {.verdict = part_verdict::total_mismatch};
    if (at->parts.has(place.index))
      return {.verdict = part_verdict::duplicate_part};
    if (!is_last && at->full_part.value_or(received.part.size()) != received.part.size())
      return {.verdict = part_verdict::size_mismatch};
    if (!at->parts.add(place.index, received.part)) {
      unfinished_.erase(at);
      set_over(received.number);
      return {.verdict = part_verdict::no_room};
    }
    if (!is_last)
      at->full_part = received.part.size();
    if (at->parts.parts() < at->total)
      return {.verdict = part_verdict::waiting};
    auto message = at->parts.join();
    unfinished_.erase(at);
    set_over(received.number);
    return {part_verdict::complete, std::move(message)};
  }

  account& pays_;
  std::optional<routing_number> newest_;
  std::uint32_t over_ = 0; // bit n: the message n before the newest one is delivered or lost
  std::vector<unfinished_message> unfinished_;
};

// -- both ------------------------------------------------------------------------------------------

reassembler::reassembler(const reassembly_limits& limits, ref_ptr<memory_budget> in_all)
  : limits_{limits}, account_{std::make_unique<account>(limits.max_bytes, std::move(in_all))} {}

reassembler::reassembler(reassembler&&) noexcept = default;
reassembler::~reassembler() = default;

template <class State>
State& reassembler::state(std::unique_ptr<State>& of_format) {
  if (!of_format)
    of_format = std::make_unique<State>(*account_);
  return *of_format;
}

std::size_t reassembler::forget() {
  const auto given_up = unfinished();
  in_order_.reset();
  in_window_.reset();
  return given_up;
}

reassembler::outcome reassembler::take(const datagram& received, time_point now) {
  const auto forgotten = now - last_accepted_ > time_span{limits_.timeout}.value() ? forget() : 0;
  const auto* offset = std::get_if<part_at_offset>(&received.place);
  auto taken = offset != nullptr
                 ? state(in_order_).take(*offset, received, now)
                 : state(in_window_).take(std::get<part_at_index>(received.place), received, now);
  if (taken.verdict == part_verdict::complete || taken.verdict == part_verdict::waiting)
    last_accepted_ = now;
  taken.given_up += forgotten;
  return taken;
}

std::size_t reassembler::expire(time_point now) {
  const auto since = now - time_span{limits_.timeout}.value();
  return (in_order_ ? in_order_->expire(since) : 0) + (in_window_ ? in_window_->expire(since) : 0);
}

void reassembler::excuse(const tick& at) noexcept {
  at.excuse(last_accepted_);
  if (in_order_)
    in_order_->excuse(at);
  if (in_window_)
    in_window_->excuse(at);
}

std::size_t reassembler::bytes_in_use() const noexcept {
  return account_->used();
}

std::size_t reassembler::unfinished() const noexcept {
  return (in_order_ ? in_order_->unfinished() : 0) + (in_window_ ? in_window_->unfinished() : 0);
}

} // namespace ockam
