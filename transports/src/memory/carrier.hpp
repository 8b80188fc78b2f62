#pragma once

#include "network.hpp"

#include "ockam/transports/engine/carrier.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace ockam::memory::detail {

/// One end of a pipe: what it writes, the other end reads, in steps of the network.
class pipe_carrier final : public sdk::carrier {
public:
  using pair = std::pair<std::unique_ptr<pipe_carrier>, std::unique_ptr<pipe_carrier>>;

  /// Both ends of a new pipe.
  static pair make(const std::shared_ptr<network_impl>& network);
  ~pipe_carrier() override { end(); } // without `close`, when the connection was not opened

  void wait(direction what, on_ready then) override;
  result<input> read(sdk::inbox& to) override;
  result<output> write(sdk::write_batch& batch) override;
  void close(const ending&) override { end(); }

private:
  struct stream; // of bytes, one way

  pipe_carrier(std::shared_ptr<network_impl> network, std::shared_ptr<stream> in,
               std::shared_ptr<stream> out);
  void end();
  void notify(std::optional<on_ready>& waiting);

  const std::shared_ptr<network_impl> network_;
  const std::shared_ptr<stream> in_;
  const std::shared_ptr<stream> out_;
};

} // namespace ockam::memory::detail
