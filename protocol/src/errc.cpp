#include "ockam/protocol/errc.hpp"

#include "ockam/protocol/result.hpp"
#include "ockam/protocol/text.hpp"

#include <array>
#include <cstddef>
#include <new>

namespace ockam {

namespace {

struct meaning {
  errc code;
  std::string_view name;
  error_origin origin;
  error_kind kind;
};

constexpr std::array meanings{
  meaning{errc::unsupported_protocol_version, "unsupported_protocol_version",
          error_origin::transport, error_kind::protocol},
  meaning{errc::frame_too_large, "frame_too_large", error_origin::transport, error_kind::protocol},
  meaning{errc::truncated, "truncated", error_origin::core, error_kind::serialization},
  meaning{errc::type_mismatch, "type_mismatch", error_origin::core, error_kind::serialization},
  meaning{errc::integer_out_of_range, "integer_out_of_range", error_origin::core,
          error_kind::serialization},
  meaning{errc::missing_field, "missing_field", error_origin::core, error_kind::serialization},
  meaning{errc::invalid_utf8, "invalid_utf8", error_origin::core, error_kind::serialization},
  meaning{errc::unknown_variant, "unknown_variant", error_origin::core, error_kind::serialization},
  meaning{errc::nesting_too_deep, "nesting_too_deep", error_origin::core,
          error_kind::serialization},
  meaning{errc::varint_overflow, "varint_overflow", error_origin::core, error_kind::serialization},
  meaning{errc::message_too_large, "message_too_large", error_origin::transport,
          error_kind::resource_exhausted},
  meaning{errc::multiple_separators, "multiple_separators", error_origin::core, error_kind::parse},
  meaning{errc::invalid_type, "invalid_type", error_origin::core, error_kind::parse},
  meaning{errc::empty_route, "empty_route", error_origin::core, error_kind::misuse},
  meaning{errc::invalid_value, "invalid_value", error_origin::core, error_kind::parse},
  meaning{errc::route_too_long, "route_too_long", error_origin::core,
          error_kind::resource_exhausted},
  meaning{errc::address_too_long, "address_too_long", error_origin::core,
          error_kind::resource_exhausted},
  meaning{errc::not_found, "not_found", error_origin::node, error_kind::not_found},
  meaning{errc::already_exists, "already_exists", error_origin::node, error_kind::already_exists},
  meaning{errc::not_own_address, "not_own_address", error_origin::node, error_kind::invalid},
  meaning{errc::access_denied, "access_denied", error_origin::node, error_kind::invalid},
  meaning{errc::timeout, "timeout", error_origin::node, error_kind::timeout},
  meaning{errc::resource_exhausted, "resource_exhausted", error_origin::node,
          error_kind::resource_exhausted},
  meaning{errc::shutting_down, "shutting_down", error_origin::node, error_kind::shutdown},
  meaning{errc::initialization_failed, "initialization_failed", error_origin::node,
          error_kind::not_ready},
  meaning{errc::handler_failed, "handler_failed", error_origin::node, error_kind::other},
  meaning{errc::cancelled, "cancelled", error_origin::node, error_kind::cancelled},
  meaning{errc::unsupported, "unsupported", error_origin::node, error_kind::unsupported},
  meaning{errc::only_one_transport_hop, "only_one_transport_hop", error_origin::transport,
          error_kind::invalid},
  meaning{errc::unknown_transport, "unknown_transport", error_origin::transport,
          error_kind::not_found},
  meaning{errc::closed_by_peer, "closed_by_peer", error_origin::transport, error_kind::shutdown},
  meaning{errc::connection_closed, "connection_closed", error_origin::transport,
          error_kind::shutdown},
  meaning{errc::remote, "remote", error_origin::node, error_kind::other},
  meaning{errc::misuse, "misuse", error_origin::node, error_kind::misuse},
  meaning{errc::not_encodable, "not_encodable", error_origin::node, error_kind::internal},
  meaning{errc::node_stopped, "node_stopped", error_origin::node, error_kind::shutdown},
  meaning{errc::internal, "internal", error_origin::node, error_kind::internal},
};

const meaning* find(errc code) noexcept {
  for (const auto& entry : meanings)
    if (entry.code == code)
      return &entry;
  return nullptr;
}

class ockam_category final : public std::error_category {
public:
  const char* name() const noexcept override { return "ockam"; }
  std::string message(int value) const override {
    return std::string{to_string(static_cast<errc>(value))};
  }
};

const std::error_category& category() noexcept {
  alignas(ockam_category) static std::byte place[sizeof(ockam_category)];
  static const auto& instance = *new (place) ockam_category;
  return instance; // never destroyed: nodes in static objects outlive other statics
}

const meaning* find(const std::error_code& code) noexcept {
  return code.category() == category() ? find(static_cast<errc>(code.value())) : nullptr;
}

} // namespace

std::string_view to_string(errc code) noexcept {
  const auto* entry = find(code);
  return entry != nullptr ? entry->name : "unknown";
}

std::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), category()};
}

error_origin error::origin() const noexcept {
  const auto* entry = find(code_);
  return entry != nullptr ? entry->origin : error_origin::transport;
}

error_kind error::kind() const noexcept {
  const auto* entry = find(code_);
  return entry != nullptr ? entry->kind : error_kind::io;
}

std::string to_string(const error& what) {
  auto text = what.code().message();
  if (!what.detail().empty())
    text += ": " + escaped(what.detail(), 2048);
  return text;
}

} // namespace ockam
