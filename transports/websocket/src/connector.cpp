#include "connector.hpp"

#include "net_error.hpp"

namespace ockam::websocket::detail {

connector::connector(thread_ptr thread, const url& peer, const connect_options& options,
                     tls_context context)
  : basic_ip_connector{std::move(thread),
                       peer.to_text(),
                       peer.where,
                       {options.connect_timeout, options.retry_for}},
    peer_{peer},
    host_{options.host.empty() ? peer.host() : options.host},
    limits_{options.limits},
    context_{std::move(context)} {}

void connector::connected(socket made, const endpoint& where) {
  error_code failed;
  auto bound = bind_to(*thread(), std::move(made), failed);
  if (failed)
    return attempt_failed({to_std(failed), "connecting to " + internal::to_text(where)});
  bound.set_option(net::ip::tcp::no_delay{true}, failed);
  auto below = peer_.secure ? make_tls_client(std::move(bound), context_, peer_.where)
                            : make_plain_stream(std::move(bound));
  const auto peer = (peer_.secure ? "wss://" : "ws://")
                    + with_zone_escaped(internal::to_text(where)) + peer_.path;
  stream_ = stream::create(std::move(below), peer, limits_.max_frame_size, limits_.write_timeout);
  thread()->watch(stream_);
  stream_->connect(host_, peer_.target(),
                   [me = std::static_pointer_cast<connector>(shared_from_this()),
                    tried = stream_.get(), peer](result<void> opened) {
                     if (me->stream_.get() != tried) // that attempt is over
                       return;
                     if (opened)
                       me->finish(opened_stream{std::exchange(me->stream_, nullptr), peer});
                     else
                       me->attempt_failed(std::move(opened.error()));
                   });
}

void connector::stop_attempt() {
  ip_connector::stop_attempt();
  if (const auto tried = std::exchange(stream_, nullptr))
    tried->abort();
}

} // namespace ockam::websocket::detail
