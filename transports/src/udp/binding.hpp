#pragma once

#include "../link.hpp"
#include "datagram_socket.hpp"
#include "destinations.hpp"
#include "fragment_reader.hpp"
#include "fragment_writer.hpp"
#include "peer_table.hpp"

#include "io/io_thread.hpp"

#include "ockam/actors/transport/log.hpp"
#include "ockam/transports/udp.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace ockam::udp::detail {

/// One UDP socket: its life, its place in the event loop, and its port to the node.
///
/// Everything that touches the socket runs on the binding's I/O thread.
class udp_binding final : public internal::link,
                          public internal::watched,
                          public internal::batched_io {
public:
  using on_end = std::function<void(const std::shared_ptr<udp_binding>&)>;

  /// @param peer           of a tied binding
  /// @param in_reassembly  what the unfinished messages of all bindings take
  udp_binding(const setup& own, const bind_options& options, std::optional<endpoint> peer,
              std::shared_ptr<internal::io_thread> thread,
              const ref_ptr<memory_budget>& in_reassembly);

  /// Takes the port; nothing is read before `start`.
  result<void> take_port(const endpoint& at);

  /// `ended` is called once, on the I/O thread, when all is over. Before anybody knows of it.
  void set_on_end(on_end ended) { ended_ = std::move(ended); }

  /// Begins to read and write.
  void start();

  result<void> push(routed_message& content, compat::execution_context* context) override;

  [[nodiscard]] const endpoint& local() const noexcept { return local_; }
  [[nodiscard]] const std::string& socket_address() const noexcept { return socket_address_; }
  [[nodiscard]] const std::optional<endpoint>& tied_to() const noexcept { return tied_to_; }

  [[nodiscard]] const std::shared_ptr<internal::io_thread>& loop() const noexcept {
    return thread_;
  }

  // -- watched -------------------------------------------------------------------------------------

  void check_deadlines(const tick& at) override;
  void abort() override { end(error{errc::shutting_down, "the node has stopped"}); }

private:
  void wake_writer(compat::execution_context* context) override;
  void wake_reader() override;
  void begin_close() override;

  [[nodiscard]] std::shared_ptr<udp_binding> self() {
    return std::static_pointer_cast<udp_binding>(shared_from_this());
  }

  void wait_for_input();
  void read();
  void deliver();
  void read_on() override;
  void take(fragment_reader::outcome&& read);

  void flush() override;
  bool send();
  void finish_batch();
  void end(std::optional<error> cause);
  void wait_until_writable();

  void look_up(const std::string& host);
  void looked_up(const std::string& host, const lookup::outcome& found);
  void send_found(message& waited, result<ref_ptr<destination>> to);

  /// A line in the log that others can cause.
  template <class MakeText>
  void warn(const MakeText& make) {
    log().report(log_lines_, log_level::warning, make);
  }
  [[nodiscard]] std::string opening() const override;

  const std::optional<endpoint> tied_to_;
  const std::shared_ptr<internal::io_thread> thread_;
  endpoint local_;
  std::string socket_address_;
  datagram_socket socket_;
  on_end ended_;

  // out
  peer_table peers_;
  destinations destinations_;
  fragment_writer outgoing_;
  bool waits_until_writable_ = false;

  // in
  fragment_reader incoming_;
  int reads_ = 0; // in a row
  bool waits_for_input_ = false;
  bool paused_ = false; // no credit, or no chunk

  clock::time_point last_traffic_ = clock::now();
  log_limit log_lines_;
  bool closing_ = false; // write what waits, then end
  bool over_ = false;
};

} // namespace ockam::udp::detail
