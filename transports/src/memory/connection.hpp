#pragma once

#include "network.hpp"

#include "../stream/stream_link.hpp"

#include <functional>
#include <memory>

namespace ockam::memory::detail {

/// One end of a connection: what it writes, its peer reads. Bytes move in steps of the network.
class memory_connection final : public internal::stream_link {
public:
  using on_end = std::function<void(const memory_connection&)>;

  /// `ended` is called once, in a step of the network, when all is over.
  memory_connection(const setup& own, std::shared_ptr<network_impl> network, on_end ended)
    : stream_link{own, internal::tcp_format},
      network_{std::move(network)},
      ended_{std::move(ended)} {}

  /// Names the other end; both do so before either starts.
  void join(const std::shared_ptr<memory_connection>& peer) { peer_ = peer; }
  void start();

private:
  void wake_writer(compat::execution_context* context) override;
  void wake_reader() override;
  void begin_close() override;

  void move_bytes();
  std::size_t receive(bytes_view data);
  std::size_t read(bytes_view data);
  void deliver();
  void end(std::optional<error> cause);

  /// Calls `step` of this object as a step of the network.
  template <class Step>
  void later(Step step) {
    network_->post([me = std::static_pointer_cast<memory_connection>(shared_from_this()), step] {
      (me.get()->*step)();
    });
  }
  void read_on();
  void close_now();
  void peer_has_gone();

  const std::shared_ptr<network_impl> network_;
  std::weak_ptr<memory_connection> peer_;
  internal::write_batch batch_; // being moved
  bytes pipe_;                  // from the peer, while reading is paused
  on_end ended_;
  bool paused_ = false;
  bool peer_has_gone_ = false; // read the rest of the pipe, then end
  bool closing_ = false;
  bool over_ = false;
};

} // namespace ockam::memory::detail
