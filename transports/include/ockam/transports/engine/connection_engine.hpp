#pragma once

#include "ockam/transports/engine/addressing.hpp"
#include "ockam/transports/engine/carrier.hpp"
#include "ockam/transports/engine/inbox.hpp"
#include "ockam/transports/engine/link.hpp"
#include "ockam/transports/engine/reconnecting.hpp"
#include "ockam/transports/io/event_loop.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace ockam::sdk {

/// A connection over any carrier: reads and writes in batches, waits, pauses while the node has no credit
/// for more, closes a connection whose peer is late, and replaces a lost carrier.
///
/// Everything runs on the thread of its loop, except for the calls of `link` for any thread.
class OCKAM_TRANSPORTS_EXPORT connection_engine final : public link,
                                                        public batched_io,
                                                        public timed {
public:
  using on_end = std::function<void(const connection_engine&)>;

  connection_engine(const setup& own, const stream_format& format, std::shared_ptr<event_loop> loop,
                    std::unique_ptr<carrier> over);
  ~connection_engine() override;

  /// Lets it have several peers. Before `open`.
  void set_addressing(std::shared_ptr<addressing> peers) { addressing_ = std::move(peers); }

  /// Replaces a lost carrier by one of `connect`. Before `start`.
  void set_reconnect(reconnect_policy policy, reconnector connect) {
    reconnect_ = std::make_unique<reconnecting>(policy, std::move(connect));
    output().set_keep_for(policy.keep_for, loop_.get());
  }

  /// `ended` is called once, on the thread of the loop, after the end; one for many connections.
  /// Before `start`.
  void set_on_end(std::shared_ptr<const on_end> ended) { ended_ = std::move(ended); }

  /// Begins to read and write. Any thread.
  void start();

  [[nodiscard]] const std::shared_ptr<event_loop>& loop() const noexcept { return loop_; }
  [[nodiscard]] addressing* peers() const noexcept { return addressing_.get(); } // null: one peer
  [[nodiscard]] std::size_t chunks_in_use() const { return input_.chunks_in_use(); }

  result<void> push(routed_message& content, execution_context* context) override;

  /// Takes a queued message, now that its destination is known, or known not to exist. It counts as
  /// sent: its sender does not learn of a failure. On the thread of the loop.
  void push_late(message& content, result<ref_ptr<ref_counted>> destination);

  // -- batched_io, timed ---------------------------------------------------------------------------

  void flush() override;
  void read_on() override;
  void check_deadlines(const tick& at) override;
  void abort() override;

private:
  friend class carrier::on_ready;

  void wake_writer(execution_context* context) override;
  void wake_reader() override;
  void begin_close() override;
  [[nodiscard]] std::string opening() const override;

  [[nodiscard]] std::shared_ptr<connection_engine> self() {
    return std::static_pointer_cast<connection_engine>(shared_from_this());
  }
  template <class Step>
  void later(Step step);
  void wait(carrier::direction what);
  void on_ready(carrier::direction what, const result<void>& outcome);

  void wait_for_input();
  void read();
  bool greet();
  void decode();
  void end_input_batch();
  void note_frame();

  bool next_output();
  void wait_until_writable();

  [[nodiscard]] bool is_stuck(clock::time_point now) const;
  [[nodiscard]] std::optional<error> missed_deadline(clock::time_point now) const;
  void release_idle_memory(clock::time_point now);
  void end(std::optional<error> cause, bool is_stuck = false);
  void lose_carrier(const error& cause, bool is_stuck);
  void connect_again();
  void use(std::unique_ptr<carrier> another);

  const std::shared_ptr<event_loop> loop_;
  std::shared_ptr<addressing> addressing_; // null: one peer
  std::unique_ptr<carrier> carrier_;       // null between two of them, and at the end
  std::unique_ptr<reconnecting> reconnect_;
  std::shared_ptr<const on_end> ended_;
  unsigned carrier_number_ = 0; // calls of an earlier one are ignored

  // in
  inbox input_;
  clock::time_point last_input_; // or when there was a carrier
  clock::time_point frame_began_{};
  std::uint64_t frames_ = 0; // complete ones, when frame_began_ was set
  std::size_t decoded_ = 0;  // frames of this batch
  int reads_ = 0;            // in a row
  carrier::input read_ = carrier::input::nothing;
  inbox::state left_ = inbox::state::wants_bytes; // by the last decoding
  bool waits_for_input_ = false;
  bool workers_run_ = false; // those of the last batch, until `read_on`
  bool paused_ = false;      // no credit, or no memory
  bool greeted_ = true;      // by the peer, unless the carrier is not the first one

  // out
  write_batch batch_; // being written
  clock::time_point last_output_;
  std::size_t refused_ = 0; // messages of the batch
  bool carrier_holds_some_ = false;
  bool waits_until_writable_ = false;
  bool writes_at_next_tick_ = false;
};

} // namespace ockam::sdk
