#pragma once

#include "ockam/protocol/detail/chunk_pool.hpp"

#include <functional>
#include <utility>

namespace ockam::test {

/// A waiter that calls this when it is woken.
inline ref_ptr<waiter> waiter_that(std::function<void()> does) {
  struct calling final : waiter {
    explicit calling(std::function<void()> what) : call{std::move(what)} {}
    void wake() noexcept override { call(); }
    const std::function<void()> call;
  };
  return make_ref<calling>(std::move(does));
}

} // namespace ockam::test
