#pragma once

#include "byte_stream.hpp"
#include "layer_owner.hpp"
#include "turn_executor.hpp"

#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/role.hpp>

namespace ockam::websocket::detail {

/// What Beast's WebSocket stream reads from and writes to: collects output, so that many messages
/// leave with one system call, and reads in large pieces, whatever Beast asks for.
///
/// Beast writes messages with `write_some`, which never waits, and control frames with
/// `async_write_some`, which is done when they have left: a peer that sends pings and does not read
/// the answers cannot make them pile up.
class buffered_layer {
public:
  using executor_type = turn_executor;

  explicit buffered_layer(std::unique_ptr<byte_stream> below) : below_{std::move(below)} {}

  /// `owner` is kept alive while output is under way. Before anything else.
  void set_owner(std::weak_ptr<layer_owner> owner) { owner_ = std::move(owner); }

  [[nodiscard]] executor_type get_executor() noexcept { return {below_->get_executor(), *turns_}; }
  [[nodiscard]] byte_stream& below() noexcept { return *below_; }

  // -- input ---------------------------------------------------------------------------------------

  [[nodiscard]] input_buffer& input() noexcept { return input_; }

  /// Waits for bytes to be added to `input`.
  void async_fill(completion done) {
    below_->async_fill(input_, completion{[this, done = std::move(done)](
                                            const error_code& failed, std::size_t count) mutable {
                         const auto owner = owner_.lock();
                         if (!failed && owner)
                           owner->input_came();
                         const auto here = turns_; // `done` may be the last owner
                         here->run([&] { done(failed, count); });
                       }});
    if (const auto owner = owner_.lock())
      owner->input_wanted();
  }

  template <class Buffers, class Handler>
  auto async_read_some(const Buffers& to, Handler&& handler) {
    return net::async_initiate<Handler, void(error_code, std::size_t)>(
      [this](auto&& done, const Buffers& to) {
        using done_type = std::decay_t<decltype(done)>;
        if (!input_.empty())
          return net::post(get_executor(),
                           boost::beast::bind_front_handler(std::forward<decltype(done)>(done),
                                                            error_code{}, take(to)));
        async_fill(completion{[this, to, done = done_type{std::forward<decltype(done)>(done)}](
                                const error_code& failed, std::size_t) mutable {
          done(failed, failed ? 0 : take(to));
        }});
      },
      handler, to);
  }

  // -- output --------------------------------------------------------------------------------------

  template <class Buffers>
  std::size_t write_some(const Buffers& from, error_code& failed) {
    failed = {};
    return collect(from);
  }

  template <class Buffers, class Handler>
  auto async_write_some(const Buffers& from, Handler&& handler) {
    return net::async_initiate<Handler, void(error_code, std::size_t)>(
      [this](auto&& done, const Buffers& from) {
        using done_type = std::decay_t<decltype(done)>;
        const auto count = collect(from);
        collected_for_.emplace(
          [count, done = done_type{std::forward<decltype(done)>(done)}](
            const error_code& failed, std::size_t) mutable { done(failed, failed ? 0 : count); });
        flush();
      },
      handler, from);
  }

  /// Bytes that have not left.
  [[nodiscard]] std::size_t unsent() const noexcept {
    return collected_.size() + leaving_.size() - left_;
  }

  /// Begins to write what has been collected, if that has not begun.
  void flush() {
    if (!leaving_.empty() || collected_.empty())
      return;
    leaving_.swap(collected_);
    leaving_for_.swap(collected_for_);
    left_ = 0;
    write_on(owner_.lock());
  }

  /// Gives memory back that nothing is in.
  void shrink() {
    if (unsent() > 0)
      return;
    collected_ = {};
    leaving_ = {};
  }

  /// Beast has no more to say, and the stream that owns this does the rest.
  template <class Handler>
  friend void async_teardown(boost::beast::role_type, buffered_layer& layer, Handler&& handler) {
    layer.done_ = true;
    net::post(layer.get_executor(),
              boost::beast::bind_front_handler(std::forward<Handler>(handler), error_code{}));
  }
  void set_done() noexcept { done_ = true; }
  [[nodiscard]] bool done() const noexcept { return done_; }

  friend void beast_close_socket(buffered_layer& layer) { layer.below().close(); }

  // -- what Beast's concept of a stream requires, never called -----------------------------------

  template <class Buffers>
  std::size_t read_some(const Buffers& to);
  template <class Buffers>
  std::size_t read_some(const Buffers& to, error_code& failed);
  template <class Buffers>
  std::size_t write_some(const Buffers& from);

private:
  template <class Buffers>
  std::size_t take(const Buffers& to) {
    const auto data = input_.data();
    const auto count = net::buffer_copy(to, net::buffer(data.data(), data.size()));
    input_.consume(count);
    return count;
  }

  template <class Buffers>
  std::size_t collect(const Buffers& from) {
    const auto before = collected_.size();
    for (auto each = net::buffer_sequence_begin(from); each != net::buffer_sequence_end(from);
         ++each) {
      const net::const_buffer piece{*each};
      const auto* const data = static_cast<const std::uint8_t*>(piece.data());
      collected_.insert(collected_.end(), data, data + piece.size());
    }
    return collected_.size() - before;
  }

  void write_on(std::shared_ptr<layer_owner> owner) {
    below_->async_write_some(net::buffer(leaving_.data() + left_, leaving_.size() - left_),
                             completion{[this, owner](const error_code& failed, std::size_t count) {
                               written(owner, failed, count);
                             }});
  }

  void written(const std::shared_ptr<layer_owner>& owner, const error_code& failed,
               std::size_t count) {
    left_ += count;
    if (!failed && left_ < leaving_.size()) {
      owner->output_went();
      return write_on(owner);
    }
    leaving_.clear();
    left_ = 0;
    if (auto done = std::exchange(leaving_for_, std::nullopt))
      (*done)(failed);
    if (failed) {
      if (auto done = std::exchange(collected_for_, std::nullopt))
        (*done)(failed);
      return owner->output_failed(failed);
    }
    owner->output_went();
    flush();
    if (unsent() == 0)
      owner->output_done();
  }

  std::unique_ptr<byte_stream> below_;
  std::weak_ptr<layer_owner> owner_;
  input_buffer input_;
  const std::shared_ptr<turns> turns_ = std::make_shared<turns>();
  std::vector<std::uint8_t> collected_;
  std::vector<std::uint8_t> leaving_;
  std::size_t left_ = 0;                    // bytes of it that have
  std::optional<completion> collected_for_; // waits for what is collected
  std::optional<completion> leaving_for_;   // waits for what is leaving
  bool done_ = false;
};

} // namespace ockam::websocket::detail
