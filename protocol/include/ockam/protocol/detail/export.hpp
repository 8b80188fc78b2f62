#pragma once

/// Marks what the shared library ockam_protocol shows to others: everything else is hidden, so that it
/// can change and cannot clash. Users of the library never need this macro.
#if defined(__GNUC__)
#  define OCKAM_PROTOCOL_EXPORT __attribute__((visibility("default")))
#else
#  define OCKAM_PROTOCOL_EXPORT
#endif
