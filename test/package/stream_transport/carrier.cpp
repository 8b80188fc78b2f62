#include "carrier.hpp"

#include "ockam/transports/engine/connection_engine.hpp"
#include "ockam/transports/io/closing.hpp"
#include "ockam/transports/io/socket_advice.hpp"

#include <array>

#include <asio/buffer.hpp>
#include <asio/error.hpp>

namespace mptcp {

namespace {

bool would_block(const std::error_code& failed) {
  return failed == asio::error::would_block || failed == asio::error::try_again
         || failed == asio::error::interrupted;
}

} // namespace

void socket_carrier::wait(direction what, on_ready then) {
  const auto until = what == direction::input ? asio::socket_base::wait_read
                                              : asio::socket_base::wait_write;
  thread_->wait(socket_, until, [then = std::move(then)](const std::error_code& failed) {
    if (failed != asio::error::operation_aborted) // by `close`
      then(failed ? ockam::result<void>{ockam::fail(ockam::error{failed})} : ockam::result<void>{});
  });
}

ockam::result<sdk::carrier::input> socket_carrier::read(sdk::inbox& to) {
  const auto room = to.prepare();
  if (room.empty())
    return input::no_room;
  std::error_code failed;
  const auto count = socket_.read_some(asio::buffer(room.data(), room.size()), failed);
  if (would_block(failed))
    return input::nothing;
  if (failed == asio::error::eof)
    return input::ended;
  if (failed)
    return ockam::fail(
      sdk::socket_error(failed, sdk::socket_use::transfer, "reading from " + connection().peer()));
  to.commit(count);
  return count < room.size() ? input::drained : input::more;
}

ockam::result<sdk::carrier::output> socket_carrier::write(sdk::write_batch& batch) {
  std::array<ockam::bytes_view, 16> pieces;
  std::array<asio::const_buffer, pieces.size()> buffers;
  const auto count = batch.pieces(pieces.data(), pieces.size());
  for (std::size_t i = 0; i < count; ++i)
    buffers[i] = asio::const_buffer{pieces[i].data(), pieces[i].size()};
  std::error_code failed;
  const auto written = socket_.write_some(std::span{buffers.data(), count}, failed);
  if (would_block(failed))
    return output{.then = output::next::wait};
  if (failed)
    return ockam::fail(
      sdk::socket_error(failed, sdk::socket_use::transfer, "writing to " + connection().peer()));
  batch.advance(written);
  return output{.written = written};
}

void socket_carrier::close(const ending& how) {
  sdk::stream_socket any{std::move(socket_)};
  if (how.cause)
    sdk::close_now(any);
  else
    sdk::close_after_peer(std::move(any), thread_->executor(), connection().limits().write_timeout);
}

} // namespace mptcp
