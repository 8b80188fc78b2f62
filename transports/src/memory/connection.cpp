#include "connection.hpp"

#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <cstring>

namespace ockam::memory::detail {

namespace {

/// Batches moved in a row before other connections get their turn.
constexpr int max_batches = 16;

/// Bytes that the pipe takes while their reader is paused, as the buffers of a socket do: two nodes
/// that answer each other do not block each other at once.
constexpr std::size_t pipe_size = 256u << 10;

} // namespace

void memory_connection::start() {
  announce_connected();
  later(&memory_connection::move_bytes);
}

void memory_connection::wake_writer(compat::execution_context*) {
  later(&memory_connection::move_bytes);
}

void memory_connection::wake_reader() {
  later(&memory_connection::read_on);
}

void memory_connection::begin_close() {
  later(&memory_connection::close_now);
}

void memory_connection::move_bytes() {
  for (int batches = 0; !over_;) {
    if (batch_.empty()) {
      if (batch_.messages() > 0) {
        batch_written(batch_);
        batch_.clear();
      }
      if (++batches > max_batches) // somebody sends as fast as we move
        return later(&memory_connection::move_bytes);
      if (!next_batch(batch_))
        break;
    }
    bytes_view piece;
    batch_.pieces(&piece, 1);
    const auto peer = peer_.lock();
    if (!peer)
      return end(error{errc::closed_by_peer, "the peer has gone"});
    const auto taken = peer->receive(piece);
    if (taken == 0)
      return; // the peer is paused, and lets us go on when it reads again
    batch_.advance(taken);
    bytes_written(taken);
  }
  if (closing_)
    end(std::nullopt);
}

/// The peer's bytes; returns how many were taken.
std::size_t memory_connection::receive(bytes_view data) {
  if (over_)
    return data.size();
  if (!paused_ && pipe_.empty())
    if (const auto count = read(data); count > 0)
      return count;
  const auto count = std::min(data.size(), pipe_size - pipe_.size());
  pipe_.insert(pipe_.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(count));
  return count;
}

/// Delivers bytes; returns how many were taken, 0 when reading is paused.
std::size_t memory_connection::read(bytes_view data) {
  const auto room = input().prepare();
  if (room.empty()) {
    deliver(); // no memory for a large frame ends it
    paused_ = true;
    return over_ ? data.size() : 0;
  }
  const auto count = std::min(room.size(), data.size());
  std::memcpy(room.data(), data.data(), count);
  input().commit(count);
  deliver();
  return count;
}

void memory_connection::deliver() {
  auto state = input().deliver(port(), nullptr);
  if (!state)
    end(std::move(state.error()));
  else
    paused_ = *state == internal::inbox::state::no_credit;
}

void memory_connection::read_on() {
  if (over_ || !paused_)
    return;
  deliver();
  std::size_t read_from_pipe = 0;
  while (!over_ && !paused_ && read_from_pipe < pipe_.size())
    read_from_pipe += read(bytes_view{pipe_}.subspan(read_from_pipe));
  pipe_.erase(pipe_.begin(), pipe_.begin() + static_cast<std::ptrdiff_t>(read_from_pipe));
  if (peer_has_gone_)
    return peer_has_gone();
  if (const auto peer = peer_.lock(); peer && !paused_)
    peer->move_bytes();
}

void memory_connection::close_now() {
  closing_ = true;
  move_bytes();
}

void memory_connection::peer_has_gone() {
  peer_has_gone_ = true;
  if (pipe_.empty())
    end(error{errc::closed_by_peer, escaped(peer()) + " closed the connection"});
}

void memory_connection::end(std::optional<error> cause) {
  if (std::exchange(over_, true))
    return;
  finish(std::move(cause), batch_);
  batch_.clear();
  if (const auto peer = peer_.lock())
    peer->later(&memory_connection::peer_has_gone);
  if (ended_)
    std::exchange(ended_, nullptr)(*this);
}

} // namespace ockam::memory::detail
