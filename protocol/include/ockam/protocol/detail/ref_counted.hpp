#pragma once

#include "ockam/protocol/detail/export.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace ockam {

/// Base of objects that are destroyed or recycled with their last `ref_ptr`.
///
/// The count starts at zero; counting is thread-safe.
class OCKAM_PROTOCOL_EXPORT ref_counted {
public:
  ref_counted() = default;
  ref_counted(const ref_counted&) noexcept {} // a copy has its own references
  ref_counted& operator=(const ref_counted&) noexcept { return *this; }

  /// True when the caller holds the only reference, so that no other owner can see a change.
  [[nodiscard]] bool unique() const noexcept {
    return references_.load(std::memory_order_acquire) == 1;
  }

protected:
  virtual ~ref_counted() = default;

  /// Called once, by the thread that drops the last reference.
  virtual void dispose() noexcept { delete this; }

private:
  template <class T>
  friend class ref_ptr;

  void add_reference() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }

  void drop_reference() noexcept {
    // A sole owner needs no read-modify-write: no other thread can add or drop one meanwhile.
    if (references_.load(std::memory_order_acquire) == 1) {
      references_.store(0, std::memory_order_relaxed);
      dispose();
    } else if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      dispose();
    }
  }

  std::atomic<std::uint32_t> references_{0};
};

/// Shared ownership of a `ref_counted` object; one word.
template <class T>
class ref_ptr {
public:
  ref_ptr() = default;
  ref_ptr(std::nullptr_t) noexcept {} // NOLINT: like every pointer
  explicit ref_ptr(T* object) noexcept : object_{object} { add(); }
  ref_ptr(const ref_ptr& other) noexcept : object_{other.object_} { add(); }
  ref_ptr(ref_ptr&& other) noexcept : object_{std::exchange(other.object_, nullptr)} {}

  template <class Derived, std::enable_if_t<std::is_convertible_v<Derived*, T*>, int> = 0>
  ref_ptr(ref_ptr<Derived> other) noexcept : object_{other.detach()} {}

  ~ref_ptr() { drop(); }

  ref_ptr& operator=(ref_ptr other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }

  T* get() const noexcept { return object_; }
  T* operator->() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }
  bool operator==(const ref_ptr&) const = default;

  /// Releases the reference to the caller, which must drop it.
  T* detach() noexcept { return std::exchange(object_, nullptr); }

  /// Adopts a reference that `detach` released.
  static ref_ptr attach(T* object) noexcept {
    ref_ptr result;
    result.object_ = object;
    return result;
  }

private:
  void add() const noexcept {
    if (object_ != nullptr)
      static_cast<ref_counted*>(object_)->add_reference();
  }
  void drop() const noexcept {
    if (object_ != nullptr)
      static_cast<ref_counted*>(object_)->drop_reference();
  }

  T* object_ = nullptr;
};

template <class T, class... Args>
ref_ptr<T> make_ref(Args&&... args) {
  return ref_ptr<T>{new T(std::forward<Args>(args)...)};
}

} // namespace ockam
