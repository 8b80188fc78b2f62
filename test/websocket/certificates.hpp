#pragma once

#include "temporary_directory.hpp"

#include <chrono>
#include <memory>
#include <string>

#include <openssl/types.h>

namespace ockam::test {

/// PEM files of a certificate and its key.
struct identity {
  std::string certificate_file;
  std::string private_key_file;
};

/// When a certificate is valid, counted from now.
struct validity {
  std::chrono::hours from{-1};
  std::chrono::hours until{24};
};

/// An authority that signs certificates, made when the test runs; the files go with the object.
class authority {
public:
  authority();
  authority(const authority&) = delete;
  authority& operator=(const authority&) = delete;

  /// @param name  as in a certificate: "DNS:localhost" or "IP:127.0.0.1", or several with commas
  identity issue(const std::string& name, validity when = {});

  /// Options that trust this authority.
  [[nodiscard]] const std::string& file() const noexcept { return file_; }

private:
  const temporary_directory folder_;
  std::string file_;
  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
  int issued_ = 0;
};

} // namespace ockam::test
