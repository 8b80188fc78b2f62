#pragma once

#include "ockam/protocol/result.hpp"
#include "ockam/transports/detail/export.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ockam::sdk {

/// An IP address, for Asio and for Boost.Asio.
struct ip_address {
  std::array<unsigned char, 16> bytes{}; // in the order of the network; IPv4: the first four
  std::uint32_t zone = 0;                // IPv6
  bool is_v6 = false;

  /// @tparam Address  asio::ip::address or boost::asio::ip::address
  template <class Address>
  [[nodiscard]] Address as() const {
    using v4 = decltype(std::declval<const Address&>().to_v4());
    using v6 = decltype(std::declval<const Address&>().to_v6());
    if (is_v6)
      return v6{bytes, zone};
    typename v4::bytes_type first{};
    std::copy_n(bytes.begin(), first.size(), first.begin());
    return v4{first};
  }
};

/// What the name of a host stands for, in the order of the resolver; never empty.
using found_addresses = result<std::vector<ip_address>>;

/// Looks the name of a host up, once. The resolver of the system cannot be interrupted, so it runs on
/// threads that nothing waits for: names are looked up side by side, and neither the owner of this nor
/// the process waits for one that takes long.
class OCKAM_TRANSPORTS_EXPORT name_lookup {
public:
  /// Called once, with a lock, on any thread: it posts what it gets to a thread of its own. It is
  /// destroyed by `cancel` at the latest.
  using on_done = std::function<void(const found_addresses&)>;

  name_lookup() = default;
  ~name_lookup() { cancel(); }
  name_lookup(const name_lookup&) = delete;
  name_lookup& operator=(const name_lookup&) = delete;

  /// Gives up what is under way, and begins.
  void start(const std::string& host, on_done done);

  /// When this has returned, `done` is not called any more.
  void cancel() noexcept;

  struct request;

private:
  std::shared_ptr<request> request_;
};

/// Looks names up in place of the system's resolver, on any of the threads; nothing: the system's
/// again. For tests.
OCKAM_TRANSPORTS_EXPORT void set_resolver(
  std::function<found_addresses(const std::string& host)> resolver);

} // namespace ockam::sdk
