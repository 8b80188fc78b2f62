#include "link.hpp"

namespace ockam::simulation {

namespace {

constexpr unsigned max_attempts = 3;

} // namespace

link::link(const setup& own, surroundings around)
  : stream_link{own, internal::tcp_format}, around_{std::move(around)} {
  if (around_.connect)
    output().set_keep_for(around_.keep_for, &around_.now);
}

void link::use(std::shared_ptr<wire> to, std::size_t end) {
  wire_ = std::move(to);
  end_ = end;
  wire_->ends[end] = std::static_pointer_cast<link>(shared_from_this());
  wire_->nodes[end] = around_.node;
  ++lives_;
  attempts_ = 0;
  write_due_ = true; // begins with the version byte
  waits_for_input_ = true;
  waits_until_writable_ = false;
  paused_ = false;
  announce_connected();
}

std::shared_ptr<link> link::far_end() const {
  return wire_ ? wire_->ends[1 - end_].lock() : nullptr;
}

std::vector<link::step> link::possible() const {
  std::vector<step> steps;
  if (over_)
    return steps;
  if (close_due_)
    steps.push_back(step::close);
  if (!wire_) {
    if (connects_at_ <= around_.now)
      steps.push_back(step::connect_again);
    return steps;
  }
  if (waits_until_writable_ ? wire_->has_room(end_) : write_due_)
    steps.push_back(step::write);
  if (waits_for_input_ && wire_->is_readable(end_))
    steps.push_back(step::read);
  if (read_on_due_)
    steps.push_back(step::read_on);
  return steps;
}

void link::take(step what) {
  switch (what) {
    case step::write:
      return write();
    case step::read:
      return read();
    case step::read_on:
      return read_on();
    case step::close:
      return close_now();
    case step::connect_again:
      return connect_again();
  }
}

// -- input -----------------------------------------------------------------------------------------

void link::read() {
  const auto room = input().prepare();
  if (room.empty()) { // every chunk is held by messages: go on when one comes back
    waits_for_input_ = false;
    paused_ = true;
    return;
  }
  const auto count = wire_->read(
    end_, room.first(std::min(room.size(), around_.random.between(1, around_.longest_read))));
  if (!count)
    return end(error{errc::closed_by_peer, "the wire was cut"});
  around_.events.note(event::bytes_read, around_.number, *count);
  if (*count == 0)
    return end(input().in_frame() || !input().version_received()
                 ? error{errc::truncated, "closed in the middle of a message"}
                 : error{errc::closed_by_peer, "closed by the peer"});
  input().commit(*count);
  waits_for_input_ = deliver();
}

/// False when reading stops.
bool link::deliver() {
  const auto state = input().deliver(port(), around_.io, around_.random.between(1, 64));
  if (!state) {
    end(state.error());
    return false;
  }
  if (over_)
    return false;
  if (*state == internal::inbox::state::wants_bytes) {
    if (!input().in_frame())
      input().release_chunk();
    return true;
  }
  paused_ = true;
  if (*state == internal::inbox::state::has_more)
    read_on_due_ = true;
  return false;
}

void link::read_on() {
  read_on_due_ = false;
  if (!paused_)
    return;
  around_.events.note(event::reads_on, around_.number);
  paused_ = false;
  waits_for_input_ = deliver();
}

// -- output ----------------------------------------------------------------------------------------

result<void> link::push(routed_message& content, compat::execution_context* context) {
  auto taken = stream_link::push(content, context);
  if (taken)
    last_push_ = around_.now;
  return taken;
}

void link::write() {
  write_due_ = false;
  if (std::exchange(waits_until_writable_, false))
    remove_given_up(batch_);
  for (;;) {
    if (batch_.empty()) {
      if (batch_.messages() > 0) {
        batch_written(batch_);
        batch_.clear();
      }
      if (!next_batch(batch_))
        break;
    }
    bytes_view piece;
    batch_.pieces(&piece, 1);
    const auto wanted = std::min(piece.size(), around_.random.between(1, around_.longest_step));
    const auto count = wire_->write(end_, piece.first(wanted));
    if (!count)
      return end(error{errc::closed_by_peer, "the wire was cut"});
    around_.events.note(event::bytes_written, around_.number, *count);
    batch_.advance(*count);
    bytes_written(*count);
    if (*count < wanted) {
      waits_until_writable_ = true;
      return;
    }
    if (around_.random.percent(30)) { // somebody else's turn
      write_due_ = true;
      return;
    }
  }
  if (closing_now_)
    end(std::nullopt);
}

// -- the end ---------------------------------------------------------------------------------------

void link::close_now() {
  around_.events.note(event::closes, around_.number);
  close_due_ = false;
  closing_now_ = true;
  if (!wire_)
    return end(std::nullopt);
  if (!waits_until_writable_)
    write();
}

void link::abort(error cause) {
  attempts_ = max_attempts;
  end(std::move(cause));
}

void link::miss_write_deadline() {
  around_.events.note(event::deadline_missed, around_.number);
  end(error{errc::timeout, "the far end took no byte (write-deadline)"});
}

void link::end(std::optional<error> cause) {
  if (over_)
    return;
  if (cause && around_.connect && attempts_ < max_attempts && !is_closing())
    return lose(*cause);
  over_ = true;
  around_.events.note(event::link_ended, around_.number);
  const bool was_asked_for = !cause;
  finish(std::move(cause), batch_);
  batch_.clear();
  if (wire_) {
    if (was_asked_for)
      wire_->close(end_);
    else
      wire_->cut();
  }
  around_.ended(*this);
}

void link::lose(const error& cause) {
  if (!wire_)
    return;
  around_.events.note(event::link_lost, around_.number);
  wire_->cut();
  wire_ = nullptr;
  waits_for_input_ = waits_until_writable_ = false;
  begin_again(cause, batch_, around_.now);
  batch_.clear();
  lost_at_ = around_.now;
  connect_later();
  around_.lost(*this);
}

void link::connect_later() {
  using std::chrono::milliseconds;
  connects_at_ = around_.now + milliseconds{around_.random.any_of({0, 5, 100, 2'000})};
}

std::optional<link::clock::time_point> link::next_moment() const {
  if (over_ || wire_ || connects_at_ <= around_.now)
    return std::nullopt;
  return connects_at_;
}

void link::on_time() {
  if (over_ || wire_)
    return;
  expire_waiting({around_.now});
  around_.events.note(event::expired, around_.number, pending_bytes());
}

void link::connect_again() {
  ++attempts_;
  if (auto fresh = around_.connect())
    return use(std::move(fresh), 0);
  if (attempts_ == max_attempts)
    return end(error{errc::closed_by_peer, "nothing listens any more"});
  connect_later();
}

} // namespace ockam::simulation
