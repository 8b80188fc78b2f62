#pragma once

#include "ockam/protocol/detail/export.hpp"
#include "ockam/protocol/errc.hpp"

#include <string>
#include <system_error>
#include <utility>

#include <tl/expected.hpp>

namespace ockam {

/// The reason for a missing value: a code for programs and a sentence for people, which names the
/// failure, the value seen and the remedy.
class OCKAM_PROTOCOL_EXPORT error {
public:
  error(std::error_code code, std::string detail = {}) // NOLINT: implicit by design
    : code_{code}, detail_{std::move(detail)} {}
  error(errc code, std::string detail = {}) // NOLINT: implicit by design
    : error{make_error_code(code), std::move(detail)} {}

  [[nodiscard]] const std::error_code& code() const noexcept { return code_; }
  [[nodiscard]] const std::string& detail() const noexcept { return detail_; }

  /// The code behind errc::connection_closed and errc::remote: the reason for the closing, the
  /// failure at the other side. No error when unknown.
  [[nodiscard]] const std::error_code& cause() const noexcept { return cause_; }
  [[nodiscard]] error with_cause(std::error_code cause) && {
    cause_ = cause;
    return std::move(*this);
  }

  /// Derived from the code; a system error has origin `transport` and kind `io`.
  [[nodiscard]] error_origin origin() const noexcept;
  [[nodiscard]] error_kind kind() const noexcept;

  /// Two errors are equal when their codes are.
  bool operator==(const error& other) const noexcept { return code_ == other.code_; }
  bool operator==(errc other) const noexcept { return code_ == make_error_code(other); }

private:
  std::error_code code_;
  std::error_code cause_;
  std::string detail_;
};

/// "not_found: no worker at 0#echoer; ..." — one line, safe to print.
[[nodiscard]] OCKAM_PROTOCOL_EXPORT std::string to_string(const error& what);

/// A value, or the error that explains its absence.
///
/// One rule for the whole library: on nodes, transports and handles the plain function throws
/// `failure` and the `try_` one returns a result; `context` and `endpoint` return results only.
/// `tl::expected` is not `[[nodiscard]]`, so every function that returns a result is.
template <class T>
using result = tl::expected<T, error>;

/// Shorthand for the error branch of a `result`.
[[nodiscard]] inline tl::unexpected<error> fail(errc code, std::string detail = {}) {
  return tl::unexpected<error>{error{code, std::move(detail)}};
}

[[nodiscard]] inline tl::unexpected<error> fail(error what) {
  return tl::unexpected<error>{std::move(what)};
}

/// An `error` as an exception: thrown by blocking calls and by handlers.
class OCKAM_PROTOCOL_EXPORT failure : public std::system_error {
public:
  explicit failure(ockam::error what)
    : std::system_error{what.code(), what.detail()}, error_{std::move(what)} {}

  [[nodiscard]] const ockam::error& error() const noexcept { return error_; }
  [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }

private:
  ockam::error error_;
  std::string text_ = to_string(error_);
};

/// Returns the value or throws `failure`.
template <class T>
T value_or_throw(result<T> value) {
  if (!value)
    throw failure{std::move(value.error())};
  if constexpr (!std::is_void_v<T>)
    return std::move(*value);
}

} // namespace ockam
