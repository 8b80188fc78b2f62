#include "carrier.hpp"

#include "ockam/transports/engine/connection_engine.hpp"
#include "ockam/transports/io/closing.hpp"

#include <array>

#include <asio/buffer.hpp>
#include <asio/error.hpp>

namespace ockam::internal {

namespace {

/// Pieces in one system call.
constexpr std::size_t max_pieces = 64;

bool would_block(const std::error_code& failed) {
  return failed == asio::error::would_block || failed == asio::error::try_again;
}

} // namespace

error socket_carrier::failure(std::error_code code, const char* what) const {
  return socket_error(code, socket_use::transfer, what + connection().peer());
}

void socket_carrier::wait(direction what, on_ready then) {
  const auto until = what == direction::input ? asio::socket_base::wait_read
                                              : asio::socket_base::wait_write;
  thread_->wait(socket_, until, [this, then = std::move(then)](const std::error_code& failed) {
    if (!then.is_current())
      return; // `this` is gone
    then(failed ? result<void>{fail(failure(failed, "waiting for "))} : result<void>{});
  });
}

result<carrier::input> socket_carrier::read(inbox& to) {
  const auto room = to.prepare();
  if (room.empty())
    return input::no_room;
  std::error_code failed;
  const auto count = socket_.read_some(asio::buffer(room.data(), room.size()), failed);
  if (would_block(failed) || failed == asio::error::interrupted)
    return input::nothing;
  if (failed == asio::error::eof)
    return input::ended;
  if (failed)
    return fail(failure(failed, "reading from "));
  to.commit(count);
  return count < room.size() ? input::drained : input::more;
}

result<carrier::output> socket_carrier::write(write_batch& batch) {
  std::error_code failed;
  const auto written = write_some(batch, failed);
  if (would_block(failed))
    return output{.then = output::next::wait};
  if (failed == asio::error::no_buffer_space || failed == asio::error::no_memory)
    return output{.then = output::next::at_next_tick}; // the socket calls itself writable
  if (failed && failed != asio::error::interrupted)
    return fail(failure(failed, "writing to "));
  batch.advance(written);
  return output{.written = written};
}

std::size_t socket_carrier::write_some(const write_batch& batch, std::error_code& failed) {
  std::array<bytes_view, max_pieces> pieces;
  std::array<asio::const_buffer, max_pieces> buffers;
  const auto count = batch.pieces(pieces.data(), max_pieces);
  if (count == 1) // most often, and for the system quicker than a list of one
    return socket_.write_some(asio::const_buffer{pieces[0].data(), pieces[0].size()}, failed);
  for (std::size_t i = 0; i < count; ++i)
    buffers[i] = asio::const_buffer{pieces[i].data(), pieces[i].size()};
  return socket_.write_some(std::span<const asio::const_buffer>{buffers.data(), count}, failed);
}

void socket_carrier::close(const ending& how) {
  if (how.cause)
    close_now(socket_);
  else
    close_after_peer(std::move(socket_), thread_->executor(), connection().limits().write_timeout);
}

} // namespace ockam::internal
