#pragma once

/// Marks the exported symbols of the shared library ockam_protocol. All others are hidden, so that
/// they can change and cannot clash. Users of the library never need this macro.
#if defined(__GNUC__)
#  define OCKAM_PROTOCOL_EXPORT __attribute__((visibility("default")))
#else
#  define OCKAM_PROTOCOL_EXPORT
#endif
