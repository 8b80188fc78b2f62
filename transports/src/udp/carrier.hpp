#pragma once

#include "binding.hpp"
#include "fragment_reader.hpp"
#include "fragment_writer.hpp"

#include "ockam/transports/engine/carrier.hpp"

#include <memory>
#include <optional>

namespace ockam::udp::detail {

/// Moves the messages of a binding in datagrams.
class datagram_carrier final : public sdk::carrier {
public:
  /// @param buffers  of the node
  datagram_carrier(std::shared_ptr<udp_binding> binding, const bind_options& options,
                   ref_ptr<memory_budget> buffers);

  void attach(sdk::connection_engine& connection) override;
  void wait(direction what, on_ready then) override;
  result<input> read(sdk::inbox& to) override;
  result<sdk::inbox::state> decode(sdk::inbox& from, execution_context* context,
                                   std::size_t max) override;
  result<output> write(sdk::write_batch& batch) override;
  void close(const ending& how) override { binding_->close(how.cause); }
  result<void> check(const tick& at, bool reading) override;
  void release_memory() override { binding_->socket().release_output(); }
  [[nodiscard]] std::string opening() const override;

private:
  void take(fragment_reader::outcome&& read, execution_context* context);
  bool send(output& done);

  const std::shared_ptr<udp_binding> binding_;
  const ref_ptr<memory_budget> buffers_;
  fragment_writer outgoing_;
  fragment_reader incoming_;
};

} // namespace ockam::udp::detail
