#pragma once

#include "io_thread.hpp"
#include "stream.hpp"
#include "tls.hpp"
#include "url.hpp"

#include "cancellable.hpp"
#include "name_lookup.hpp"

#include "ockam/transports/websocket.hpp"

#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

namespace ockam::websocket::detail {

/// Connects once: resolves, tries every address in turn, then TLS and the upgrade with the first
/// that answers; all within one time limit.
class connector final : public internal::cancellable,
                        public internal::watched,
                        public std::enable_shared_from_this<connector> {
public:
  /// The stream, and the URL of the address that it leads to.
  struct outcome {
    std::shared_ptr<stream> made;
    std::string peer;
  };
  using on_done = std::function<void(result<outcome>)>;

  /// @param context  for wss
  connector(std::shared_ptr<io_thread> thread, url peer, const connect_options& options,
            tls_context context);

  /// `done` is called once, on the I/O thread.
  void start(on_done done);

  void cancel() override;

  // -- watched -------------------------------------------------------------------------------------

  void check_deadlines(const tick& at) override;
  void abort() override;

private:
  void resolve();
  void looked_up(const internal::found_addresses& found);
  void try_next();
  [[nodiscard]] error failure(const error_code& code, const net::ip::tcp::endpoint& where) const;
  void open_stream(const net::ip::tcp::endpoint& where);
  void finish(result<outcome> what);

  const std::shared_ptr<io_thread> thread_;
  const url peer_;
  const std::string host_;
  const std::chrono::milliseconds timeout_;
  const connection_limits limits_;
  const tls_context context_;
  clock::time_point deadline_;
  internal::name_lookup lookup_;
  std::shared_ptr<connector> me_; // while a name is looked up
  tcp_socket socket_;
  std::vector<net::ip::tcp::endpoint> left_; // in reverse order
  std::shared_ptr<stream> stream_;
  error last_failure_;
  on_done done_;
};

} // namespace ockam::websocket::detail
