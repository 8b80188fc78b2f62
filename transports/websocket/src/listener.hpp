#pragma once

#include "io_thread.hpp"
#include "stream.hpp"
#include "tls.hpp"
#include "url.hpp"

#include "ockam/transports/io/cancellable.hpp"
#include "ockam/transports/transport/basic_acceptor.hpp"
#include "ockam/transports/websocket.hpp"

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>

namespace ockam::websocket::detail {

using tcp_acceptor = sdk::basic_acceptor<boost_net, net::ip::tcp>;

/// Accepts sockets, on one I/O thread, and makes WebSockets of them, on any.
class websocket_listener final : public tcp_acceptor {
public:
  using on_stream = std::function<void(std::shared_ptr<stream>, std::string peer, thread_ptr)>;

  /// Makes a stop cancel what begins. False where nothing may begin.
  using add_attempt = std::function<bool(const std::shared_ptr<sdk::cancellable>&)>;

  /// Binds and listens; accepting begins with `start`.
  /// @param context  for wss
  static result<std::shared_ptr<websocket_listener>> make(thread_ptr thread, url where,
                                                          listen_options options,
                                                          tls_context context);

  websocket_listener(thread_ptr thread, acceptor bound, url where, listen_options options,
                     tls_context context);

  result<void> open(const node_ptr& node) { return tcp_acceptor::open(node, where_.to_text()); }
  void start(pick_thread pick, add_attempt add, on_stream opened, on_end ended);

  [[nodiscard]] const listen_options& options() const noexcept { return options_; }

private:
  [[nodiscard]] std::shared_ptr<websocket_listener> self() {
    return std::static_pointer_cast<websocket_listener>(shared_from_this());
  }

  void open_stream(tcp_socket socket, const thread_ptr& thread);
  void serve(tcp_socket socket, std::shared_ptr<void> slot, const thread_ptr& thread);

  const url where_; // with the real port
  const listen_options options_;
  const tls_context context_;
  add_attempt add_attempt_;
  on_stream opened_;
};

} // namespace ockam::websocket::detail
