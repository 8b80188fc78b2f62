#pragma once

#include "ockam/actors/caf.hpp"
#include "ockam/actors/detail/export.hpp"
#include "ockam/actors/endpoint.hpp"
#include "ockam/actors/metrics.hpp"
#include "ockam/actors/observer.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace ockam {

namespace internal {
class service_bridge;
}

/// The sender of a CAF actor written by hand: the addresses under which the node registered it.
class OCKAM_ACTORS_EXPORT actor_sender : public sender {
public:
  /// Counts a message as failed (`metrics::failed`) and logs why, at most 10 lines a second.
  void report_failure(std::string_view what, const error& why);

private:
  friend class node;
  friend class internal::service_bridge;
  using sender::sender;
};

/// Limits and behaviour of a node; the error at each limit names the option.
struct node_options {
  std::string name{}; ///< prefix of its log lines, which distinguishes the nodes of a process
  std::uint32_t max_local_steps_from_wire = 2'048; ///< hops inside the node; more are a loop
  std::uint32_t max_local_steps = 65'536;          ///< the same for messages of this node
  std::size_t max_endpoint_queue = 65'536;         ///< messages queued in one endpoint
  /// Limit of the buffers of all connections, in bytes. At the limit senders are refused, large frames
  /// end their connection, and reads are small.
  std::size_t max_buffer_bytes = 256u << 20;
  /// Limit of log lines a second that peers can cause, for warnings and for all others each. A later
  /// line has the number of suppressed ones.
  std::uint32_t max_log_lines = 20;
  std::chrono::milliseconds stop_timeout{1'000}; ///< of `stop()` and of the destructor
  /// A message of this node whose next address is a transport address, `1#host:port`, makes a
  /// connection, which is kept for further ones and closed after `implicit_idle_timeout`. Never for
  /// messages that came in through a connection.
  bool implicit_connections = false;
  /// Whether an error reply has the text of a failed handler, or only its code. Texts may contain
  /// private details.
  bool error_details = false;
  std::chrono::milliseconds implicit_idle_timeout{60'000};
  std::shared_ptr<message_observer> observer{}; ///< notified of every step of every message
};

/// A node: workers with addresses, and a router between them.
///
/// A guest in an actor system it does not own; any number of nodes may share one system, each with
/// its own addresses, flow controls and transports. Thread-safe.
///
/// Errors: the calls of a node throw `failure`, and may block. The same calls of `root()` return
/// results. So it is everywhere: nodes, transports and their handles throw unless the name of a call
/// begins with `try_`; contexts and endpoints return results.
///
/// The destructor stops what the node started and leaves the rest of the system alone; destroy the
/// node before its system. In a worker, an observer or a callback the destructor does not wait: another
/// thread stops the node when the caller has returned, and the destructor of the system waits for
/// that.
class OCKAM_ACTORS_EXPORT node {
public:
  /// Without options: those of the group `ockam` of the system's configuration
  /// (ockam/actors/config.hpp).
  explicit node(caf::actor_system& system);
  node(caf::actor_system& system, node_options options);
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  ~node();

  // -- workers ------------------------------------------------------------------------------------

  /// `node.start_worker("echoer", echoer{})`; see `sender::start_worker` for the errors.
  template <class Worker>
  address start_worker(mailboxes at, Worker what, worker_options options = {}) {
    return value_or_throw(root_.start_worker(std::move(at), std::move(what), options));
  }

  /// Starts a processor: a class with `process(context&)`; see `sender::start_processor`.
  template <class Processor>
  address start_processor(mailboxes at, Processor processor, worker_options options = {}) {
    return value_or_throw(root_.start_processor(std::move(at), std::move(processor), options));
  }

  /// Starts a CAF actor written by hand against `ockam::worker_actor`; the node stops it when
  /// the node stops. Errors are those of `start_worker`; errc::misuse for a null handle.
  address start_actor(mailboxes at, worker_actor actor, worker_options options = {});

  /// The same for an actor that sends: `make` gets its sender and spawns the actor. The `actor_sender`
  /// may be moved into the actor and used from its handlers.
  address start_actor(mailboxes at, const std::function<worker_actor(actor_sender)>& make,
                      worker_options options = {});

  /// Makes an actor of the host reachable. The node removes the address when it stops, and never stops
  /// the actor. Takes every handle whose interface contains that of `worker_actor`.
  /// - errc::already_exists  one of the addresses is taken; nothing is registered
  /// - errc::shutting_down   the node is stopping
  /// - errc::missing_address no address was given
  /// - errc::misuse          the handle is null
  /// - errc::node_stopped    the node has stopped
  address expose(mailboxes at, worker_actor actor);

  /// The same for a dynamically typed actor that handles `routed_message&`; CAF calls its default
  /// handler when it does not.
  address expose(mailboxes at, const caf::actor& actor);

  /// As `sender::stop_worker`.
  void stop_worker(const address& any);

  /// As `endpoint::wait_for`.
  void wait_for(const address& any, receive_options options = {});
  [[nodiscard]] std::vector<address> list_workers() const { return root_.list_workers(); }
  [[nodiscard]] bool is_registered(const address& primary) const {
    return root_.is_registered(primary);
  }

  // -- messages, from the root endpoint `app` ------------------------------------------------------

  /// Sends `body`. Blocks while the output of the connection at the first address is full, at most
  /// `options.timeout`, then throws errc::resource_exhausted. In a worker it does not block.
  template <class T>
  void send(route to, const T& body, send_options options = {}) {
    value_or_throw(root_.send(std::move(to), body, options));
  }
  template <class T>
  routed<T> receive(receive_options options = {}) {
    return value_or_throw(root_.receive<T>(options));
  }
  template <class Reply, class Body>
  Reply send_and_receive(route to, const Body& body, request_options options = {}) {
    return value_or_throw(root_.send_and_receive<Reply>(std::move(to), body, std::move(options)));
  }
  template <class Reply, class Body>
  routed<Reply> send_and_receive_extended(route to, const Body& body,
                                          request_options options = {}) {
    return value_or_throw(
      root_.send_and_receive_extended<Reply>(std::move(to), body, std::move(options)));
  }

  /// The endpoint `app`, which admits everything in both directions.
  [[nodiscard]] endpoint& root() noexcept { return root_; }
  [[nodiscard]] endpoint make_endpoint(mailboxes at);

  // -- parts --------------------------------------------------------------------------------------

  [[nodiscard]] ockam::flow_controls& flow_controls() const noexcept {
    return root_.flow_controls();
  }

  /// The router, a CAF actor. It routes a `routed_message` to the first address of its onward route on
  /// the sender's thread, and answers a `router_command`. A null handle after the node has stopped.
  [[nodiscard]] router_actor router() const;

  /// The CAF actor behind an address, or a null handle: workers, exposed actors, connections.
  [[nodiscard]] worker_actor actor_at(const address& any) const;

  [[nodiscard]] ockam::metrics metrics() const;
  [[nodiscard]] caf::actor_system& system() const noexcept { return root_.system(); }
  /// The services for transports of this node (ockam/actors/transport/node_services.hpp).
  [[nodiscard]] std::shared_ptr<node_services> services() const { return root_.services(); }
  [[nodiscard]] const std::shared_ptr<internal::node_state>& state() const noexcept {
    return root_.state();
  }

  // -- the end ------------------------------------------------------------------------------------

  /// Stops workers by priority, then the transports, and returns when all have ended or the limit has
  /// passed, whichever is first. A limit of 0 waits for no worker. After an exception the next call
  /// finishes the stop. errc::misuse in a worker, an observer or a callback: see `sender::request_stop`.
  void stop();
  void stop(std::chrono::milliseconds limit);

  /// Blocks until `request_stop`, or `stop` on another thread. errc::misuse as `stop`.
  void wait_for_stop_request();

private:
  endpoint root_;
};

} // namespace ockam
