#pragma once

#include "ockam/protocol/detail/buffer_pool.hpp"

#include <functional>
#include <utility>

namespace ockam::test {

/// A listener that calls `does` when woken.
inline ref_ptr<capacity_listener> capacity_listener_that(std::function<void()> does) {
  struct calling final : capacity_listener {
    explicit calling(std::function<void()> what) : call{std::move(what)} {}
    void wake() noexcept override { call(); }
    const std::function<void()> call;
  };
  return make_ref<calling>(std::move(does));
}

} // namespace ockam::test
