#include "wire_carrier.hpp"

#include <algorithm>

namespace ockam::simulation {

namespace {

tl::unexpected<error> cut() {
  return fail(errc::closed_by_peer, "the wire was cut");
}

} // namespace

result<sdk::carrier::input> wire_carrier::read(sdk::inbox& to) {
  more_arrives_ = false;
  if (!wire_->is_readable(end_))
    return input::nothing;
  const auto room = to.prepare();
  if (room.empty())
    return input::no_room;
  auto& around = link_.around_;
  const auto count = wire_->read(
    end_, room.first(std::min(room.size(), around.random.between(1, around.longest_read))));
  if (!count)
    return cut();
  around.events.note(event::bytes_read, around.number, *count);
  if (*count == 0)
    return input::ended;
  to.commit(*count);
  const auto found = around.random.any_of({input::drained, input::more, input::arriving});
  more_arrives_ = found == input::arriving;
  return found;
}

result<sdk::carrier::output> wire_carrier::write(sdk::write_batch& batch) {
  auto& around = link_.around_;
  waits_for_tick_ = around.random.percent(2); // the system has no memory
  if (waits_for_tick_)
    return output{.then = output::next::at_next_tick};
  bytes_view piece;
  batch.pieces(&piece, 1);
  const auto wanted = std::min(piece.size(), around.random.between(1, around.longest_step));
  const auto count = wire_->write(end_, piece.first(wanted));
  if (!count)
    return cut();
  around.events.note(event::bytes_written, around.number, *count);
  batch.advance(*count);
  const bool waits = *count < wanted || around.random.percent(30); // another link's turn
  return output{.written = *count, .then = waits ? output::next::wait : output::next::write_on};
}

void wire_carrier::close(const ending& how) {
  if (how.cause)
    wire_->cut();
  else
    wire_->close(end_);
  link_.carrier_ = nullptr;
  link_.wire_ = nullptr;
}

} // namespace ockam::simulation
