#pragma once

#include "ockam/actors/transport/connection_port.hpp"
#include "ockam/transports/connection.hpp"
#include "ockam/transports/engine/outbox.hpp"
#include "ockam/transports/engine/receive_credit.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

namespace ockam::sdk {

/// The base of `connection_engine`, without the I/O: output, port to the node, events.
///
/// Life: constructed, `open` (addresses registered), started, then `finish` once, on the thread of the
/// loop, for any reason.
class OCKAM_TRANSPORTS_EXPORT link : public message_sink,
                                     public std::enable_shared_from_this<link> {
public:
  /// Parameters of a connection.
  struct setup {
    connection_options connection{};
    connection_mode mode = connection_mode::outgoing;
    std::string peer{};
    std::shared_ptr<const std::string> listener{}; // that accepted it: its socket address
    std::optional<ockam::flow_control_id> spawner_id{};
    bool explain_drops = false;
    ref_ptr<memory_budget> buffers{}; // of the node

    /// For a connection that a listener with these options accepts.
    static setup accepted(connection_options of_listener);
  };

  link(const setup& own, const stream_format& format);

  /// Registers the addresses with the node; nothing can be received before.
  /// @param own  as given to the constructor
  [[nodiscard]] result<void> open(const node_ptr& node, setup own);

  // -- message_sink --------------------------------------------------------------------------------

  result<void> push(routed_message& content, compat::execution_context* context) override {
    return push_to({}, content, context);
  }
  void close() final;

  /// As `close`, because the node stops; notifies the peer where the protocol can. Any thread.
  void go_away();

  room wait_for_room(std::size_t size, const ref_ptr<capacity_listener>& waiting) final;
  [[nodiscard]] std::string description() const final;

  // -- for handles ---------------------------------------------------------------------------------

  [[nodiscard]] const address& sender_address() const noexcept { return port_.sender_address(); }
  [[nodiscard]] const address& receiver_address() const noexcept {
    return port_.receiver_address();
  }
  [[nodiscard]] const std::string& peer() const noexcept { return port_.peer(); }
  [[nodiscard]] connection_mode mode() const noexcept { return mode_; }
  [[nodiscard]] const ockam::flow_control_id& flow_control_id() const noexcept {
    return port_.id();
  }
  [[nodiscard]] bool is_open() const noexcept { return current_phase() != phase::closed; }
  [[nodiscard]] std::size_t pending_bytes() const noexcept { return output_.pending_bytes(); }
  [[nodiscard]] std::size_t unhandled() const noexcept { return credit_->messages(); }
  [[nodiscard]] connection_metrics metrics() const noexcept;
  /// Throws errc::misuse where the thread must not wait.
  bool wait_until_written(std::chrono::milliseconds timeout) const;
  [[nodiscard]] result<void> try_close();

  [[nodiscard]] const connection_limits& limits() const noexcept { return *limits_; }

  // -- for the engine, on the thread of its loop ---------------------------------------------------

  [[nodiscard]] connection_port& port() noexcept { return port_; }
  [[nodiscard]] const ref_ptr<receive_credit>& credit() const noexcept { return credit_; }
  [[nodiscard]] node_log& log() const noexcept;

  /// Resumes reading unless the link is destroyed: for credit and memory, which may outlive it.
  [[nodiscard]] ref_ptr<capacity_listener> reader() const noexcept { return reader_; }

  /// Counts an accepted message that never came into the output; a request ends with `cause`.
  void lose(drop_reason reason, const message& content, const error& cause) noexcept;

  /// The error of requests and sends when the link has ended with this cause.
  [[nodiscard]] error closed(const std::optional<error>& cause) const;

protected:
  enum class phase : std::uint8_t {
    open,     ///< accepts messages
    closing,  ///< accepts none; the thread of the loop does not know it yet
    draining, ///< writes the queue, then ends
    closed,   ///< has ended, and every loss is counted
  };
  [[nodiscard]] phase current_phase() const noexcept { return phase_.load(); }
  [[nodiscard]] bool node_stops() const noexcept { return node_stops_.load(); }

  /// `push` of a link to several peers: `destination` goes with the message to the writer.
  [[nodiscard]] result<void> push_to(ref_ptr<ref_counted> destination, routed_message& content,
                                     compat::execution_context* context);

  /// Output is queued: write soon. Any thread.
  virtual void wake_writer(compat::execution_context* context) = 0;

  /// Resume reading after a pause. Any thread.
  virtual void wake_reader() = 0;

  /// Makes the thread of the loop call `drain`. Any thread; called once, when no more messages are
  /// accepted.
  virtual void begin_close() = 0;

  // -- on the thread of the loop -------------------------------------------------------------------

  /// From now on: write the queue, then end.
  void drain() noexcept;

  /// Notifies observers and the log that messages can pass.
  /// @param attempts  to connect again
  void announce_connected(unsigned attempts = 0);

  /// The log line when messages can pass for the first time.
  [[nodiscard]] virtual std::string opening() const;

  /// As `outbox::next_batch`; accounts for requests that were given up.
  bool next_batch(write_batch& done);
  void remove_given_up(write_batch& unwritten);

  /// Counts a part of a batch that is with the operating system now, and the whole.
  void bytes_written(std::size_t count);
  /// @param refused  messages of it that the operating system did not take
  void batch_written(const write_batch& batch, std::size_t refused = 0);

  /// The carrier is lost, and another one follows: counts the messages being written as lost, and fails
  /// the requests that wait for a reply through it.
  void begin_again(const error& cause, const write_batch& unwritten,
                   outbox::clock::time_point now = outbox::clock::now());

  /// Meanwhile: drops messages that were queued for too long.
  void expire_waiting(const tick& at);

  /// Ends the connection for the node: counters, addresses, observers. Called once.
  /// @param unwritten  the batch that was being written, if any
  void finish(std::optional<error> cause, const write_batch& unwritten);

  outbox& output() noexcept { return output_; }

private:
  void notify(connection_event::kind what, std::optional<error> cause = {});
  void note_load();
  void note_relief();
  void note_room();
  void wake_senders();
  void count_expired(std::size_t messages);

  struct waiting_reader final : capacity_listener {
    void wake() noexcept override;
    std::weak_ptr<link> whose; // once it is open; nothing is read before
  };

  const ref_ptr<waiting_reader> reader_ = make_ref<waiting_reader>();
  const std::shared_ptr<const connection_limits> limits_; // of many connections
  const connection_observer observer_;
  const ref_ptr<receive_credit> credit_;
  connection_port port_;
  outbox output_;
  std::atomic<std::uint64_t> lost_early_{0}; // before they came into the output
  enum class load : std::uint8_t { normal, announcing, overloaded };
  std::atomic<load> load_{load::normal}; // as observers were notified; one change at a time
  std::atomic<bool> refused_again_{false};
  std::atomic<bool> senders_wait_{false};
  std::atomic<bool> reconnecting_{false};
  std::atomic<bool> node_stops_{false};
  std::atomic<phase> phase_{phase::open};
  internal::spin_lock lock_;
  std::vector<ref_ptr<capacity_listener>> senders_; // that wait for room; under the lock
  const connection_mode mode_;
};

} // namespace ockam::sdk
