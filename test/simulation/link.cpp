#include "link.hpp"

#include "wire_carrier.hpp"

namespace ockam::simulation {

namespace {

constexpr unsigned max_attempts = 3;

/// Between two looks of an I/O thread at its deadlines.
constexpr std::chrono::milliseconds tick{50};

} // namespace

void link::start(const node_ptr& node, setup own, std::shared_ptr<wire> over, std::size_t end) {
  own.connection.observer = [this](const connection_event& seen) { on_event(seen); };
  engine_ = std::make_shared<sdk::connection_engine>(own, sdk::tcp_format, shared_from_this(),
                                                     use(std::move(over), end));
  if (around_.connect)
    engine_->set_reconnect({.keep_for = around_.keep_for},
                           [this](std::chrono::milliseconds, on_connected done) {
                             return connect_later(std::move(done));
                           });
  engine_->set_on_end(std::make_shared<const sdk::connection_engine::on_end>(
    [this](const sdk::connection_engine&) { on_end(); }));
  value_or_throw(engine_->open(node, std::move(own)));
  engine_->start();
}

std::unique_ptr<sdk::carrier> link::use(std::shared_ptr<wire> to, std::size_t end) {
  to->ends[end] = shared_from_this();
  to->nodes[end] = around_.node;
  ++lives_;
  attempts_ = 0;
  auto made = std::make_unique<wire_carrier>(*this, to, end);
  wire_ = std::move(to);
  carrier_ = made.get();
  return made;
}

std::shared_ptr<link> link::far_end() const {
  if (!wire_)
    return nullptr;
  const auto first = wire_->ends[0].lock();
  return first.get() == this ? wire_->ends[1].lock() : first;
}

// -- steps -----------------------------------------------------------------------------------------

std::vector<link::step> link::possible() const {
  std::vector<step> steps;
  if (!engine_->is_open())
    return steps;
  if (!calls_.empty())
    steps.push_back(step::call);
  if (flush_due_)
    steps.push_back(step::flush);
  if (read_on_due_)
    steps.push_back(step::read_on);
  if (carrier_ != nullptr && carrier_->can_read())
    steps.push_back(step::read);
  if (carrier_ != nullptr && carrier_->can_write())
    steps.push_back(step::write);
  if (connected_again_ && connects_at_ <= around_.now)
    steps.push_back(step::connect_again);
  return steps;
}

void link::take(step what) {
  const auto engine = engine_;
  switch (what) {
    case step::call: {
      around_.events.note(event::goes_on, around_.number);
      const auto call = std::move(calls_.front());
      calls_.pop_front();
      return call();
    }
    case step::flush:
      flush_due_ = false;
      return engine->flush();
    case step::read_on:
      around_.events.note(event::reads_on, around_.number);
      read_on_due_ = false;
      return engine->read_on();
    case step::read:
      return carrier_->read_now();
    case step::write:
      return carrier_->write_now();
    case step::connect_again:
      return connect_again();
  }
}

bool link::is_blocked() const noexcept {
  return carrier_ != nullptr && carrier_->waits_for_room();
}

bool link::is_busy() const {
  return engine_->is_open()
         && (engine_->credit()->in_use() || (carrier_ != nullptr && !carrier_->waits_for_input()));
}

void link::miss_write_timeout() {
  around_.events.note(event::deadline_missed, around_.number);
  engine_->check_deadlines({around_.now + engine_->limits().write_timeout * 2});
}

// -- life ------------------------------------------------------------------------------------------

void link::on_event(const connection_event& seen) {
  if (seen.what == connection_event::kind::connected)
    has_peer_ = true;
  else if (seen.what == connection_event::kind::reconnecting)
    has_peer_ = false;
}

void link::on_end() {
  around_.events.note(event::link_ended, around_.number);
  around_.ended(*this);
}

std::shared_ptr<sdk::cancellable> link::connect_later(on_connected done) {
  using std::chrono::milliseconds;
  if (!connected_again_) {
    around_.events.note(event::link_lost, around_.number);
    lost_at_ = around_.now;
    around_.lost(*this);
  }
  connected_again_ = std::move(done);
  connects_at_ = around_.now + milliseconds{around_.random.any_of({0, 5, 100, 2'000})};
  return shared_from_this();
}

void link::connect_again() {
  if (auto fresh = around_.connect()) {
    const auto done = std::exchange(connected_again_, nullptr);
    return done(use(std::move(fresh), 0));
  }
  if (++attempts_ == max_attempts)
    return engine_->abort();
  const auto done = connected_again_;
  done(fail(errc::closed_by_peer, "nothing listens any more"));
}

// -- time ------------------------------------------------------------------------------------------

/// What is being written of the version byte does not count.
bool link::keeps_for_too_long() const {
  return engine_->is_open() && !has_peer_ && engine_->pending_bytes() > 1
         && around_.now - last_push_ >= around_.keep_for
         && around_.now - lost_at_ >= around_.keep_for;
}

std::optional<link::clock::time_point> link::next_moment() const {
  if (!engine_->is_open())
    return std::nullopt;
  if (carrier_ != nullptr && carrier_->waits_for_tick())
    return around_.now + tick;
  if (!connected_again_ || connects_at_ <= around_.now)
    return std::nullopt;
  return connects_at_;
}

void link::on_time(clock::time_point before) {
  if (!engine_->is_open())
    return;
  if (const auto taken = engine_->metrics().accepted; std::exchange(pushed_, taken) != taken)
    last_push_ = before;
  engine_->check_deadlines({around_.now});
  if (!has_peer_)
    around_.events.note(event::expired, around_.number, engine_->pending_bytes());
}

} // namespace ockam::simulation
