#pragma once

#include "ockam/transports/io/basic_connector.hpp"
#include "ockam/transports/io/own_socket.hpp"
#include "ockam/transports/io/resolver.hpp"
#include "ockam/transports/io/socket_advice.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ockam::internal {

/// Connects to the first address of a host that answers.
///
/// @tparam Protocol  of the socket: TCP, or any that takes endpoints of TCP
/// @tparam Outcome   what is made of the socket
template <class Net, class Protocol, class Outcome>
class basic_ip_connector : public basic_connector<Net, Outcome> {
public:
  using typename basic_connector<Net, Outcome>::thread_ptr;
  using socket = typename Net::template stream_socket<Protocol>;
  using endpoint = typename resolver<Net>::endpoint;

  /// @param peer  as it is named in errors
  basic_ip_connector(thread_ptr thread, std::string_view peer, host_port host,
                     connect_timeouts timeouts)
    : basic_connector<Net, Outcome>{std::move(thread), peer, timeouts},
      resolver_{this->thread()->executor(), std::move(host)},
      socket_{this->thread()->loop()} {}

protected:
  /// Goes on with a connected socket, within the time limit of the attempt.
  virtual void connected(socket made, const endpoint& where) = 0;

  /// Puts the addresses of the host into the order in which they are tried.
  virtual void arrange(std::vector<endpoint>&) const {}

  void stop_attempt() override;

private:
  void attempt() final;
  void try_next();
  [[nodiscard]] error failure(const typename Net::error_code& code, const endpoint& where) const;
  [[nodiscard]] std::string_view advice_when_late() const final {
    return resolver_.advice_when_late();
  }
  [[nodiscard]] std::shared_ptr<basic_ip_connector> self() {
    return std::static_pointer_cast<basic_ip_connector>(this->shared_from_this());
  }

  resolver<Net> resolver_;
  socket socket_;
  std::vector<endpoint> left_;          // in reverse order
  error last_failure_{errc::not_found}; // of an address
};

template <class Net, class Protocol, class Outcome>
void basic_ip_connector<Net, Protocol, Outcome>::attempt() {
  resolver_.start([weak = std::weak_ptr{self()}](typename resolver<Net>::outcome found) {
    const auto me = weak.lock();
    if (!me)
      return;
    if (!found)
      return me->attempt_failed(std::move(found.error()));
    me->left_ = std::move(*found);
    me->arrange(me->left_);
    std::ranges::reverse(me->left_);
    me->try_next();
  });
}

template <class Net, class Protocol, class Outcome>
void basic_ip_connector<Net, Protocol, Outcome>::try_next() {
  if (left_.empty())
    return this->attempt_failed(last_failure_);
  const auto where = left_.back();
  left_.pop_back();
  socket_ = socket{this->thread()->loop()};
  typename Net::error_code failed;
  open_socket(socket_, where.protocol(), failed);
  if (failed) {
    last_failure_ = failure(failed, where);
    return try_next();
  }
  socket_.async_connect(where, Net::bind(this->thread()->executor(),
                                         [me = self(), where](typename Net::error_code refused) {
                                           if (!me->trying())
                                             return;
                                           refuse_itself(me->socket_, refused);
                                           if (!refused)
                                             return me->connected(std::move(me->socket_), where);
                                           me->last_failure_ = me->failure(refused, where);
                                           me->try_next();
                                         }));
}

template <class Net, class Protocol, class Outcome>
void basic_ip_connector<Net, Protocol, Outcome>::stop_attempt() {
  resolver_.cancel();
  typename Net::error_code ignored;
  socket_.close(ignored);
  left_.clear();
}

template <class Net, class Protocol, class Outcome>
error basic_ip_connector<Net, Protocol, Outcome>::failure(const typename Net::error_code& code,
                                                          const endpoint& where) const {
  const auto& host = resolver_.host();
  return socket_error(code, socket_use::connect,
                      "connecting to " + to_text(where)
                        + (host.numeric() ? "" : " (" + host.host + ')'));
}

} // namespace ockam::internal
