#include "certificates.hpp"

#include <cstdio>
#include <stdexcept>
#include <utility>
#include <vector>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace ockam::test {

namespace {

void require(bool done, const char* what) {
  if (!done)
    throw std::runtime_error{std::string{"OpenSSL: "} + what};
}

std::shared_ptr<EVP_PKEY> new_key() {
  std::shared_ptr<EVP_PKEY> made{EVP_EC_gen("P-256"), EVP_PKEY_free};
  require(made != nullptr, "no key");
  return made;
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> made{
    X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()), X509_EXTENSION_free};
  require(made && X509_add_ext(certificate, made.get(), -1) == 1, value.c_str());
}

/// @param issuer  nullptr: itself
std::shared_ptr<X509> new_certificate(const std::string& name, EVP_PKEY* key, X509* issuer,
                                      EVP_PKEY* issuers_key, validity when) {
  std::shared_ptr<X509> made{X509_new(), X509_free};
  require(made != nullptr, "no certificate");
  static long serial = 0;
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial);
  const auto seconds = [](std::chrono::hours span) {
    return static_cast<long>(std::chrono::seconds{span}.count());
  };
  X509_gmtime_adj(X509_getm_notBefore(made.get()), seconds(when.from));
  X509_gmtime_adj(X509_getm_notAfter(made.get()), seconds(when.until));
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  auto* const signer = issuer != nullptr ? issuer : made.get();
  X509_set_issuer_name(made.get(), X509_get_subject_name(signer));
  X509_set_pubkey(made.get(), key);
  if (issuer == nullptr)
    extend(made.get(), signer, NID_basic_constraints, "critical,CA:TRUE");
  else
    extend(made.get(), signer, NID_subject_alt_name, name);
  require(X509_sign(made.get(), issuers_key, EVP_sha256()) > 0, "not signed");
  return made;
}

struct closing {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

template <class Write>
std::string write_file(const std::filesystem::path& name, Write write) {
  const std::unique_ptr<std::FILE, closing> file{std::fopen(name.c_str(), "w")};
  require(file && write(file.get()) == 1, name.c_str());
  return name;
}

} // namespace

authority::authority() : key_{new_key()} {
  certificate_ = new_certificate("An authority of this test", key_.get(), nullptr, key_.get(), {});
  file_ = write_file(folder_ / "authority.pem",
                     [this](std::FILE* to) { return PEM_write_X509(to, certificate_.get()); });
}

identity authority::issue(const std::string& name, validity when) {
  const auto key = new_key();
  const auto certificate = new_certificate(name, key.get(), certificate_.get(), key_.get(), when);
  const auto number = std::to_string(++issued_);
  return {write_file(folder_ / (number + ".pem"),
                     [&](std::FILE* to) { return PEM_write_X509(to, certificate.get()); }),
          write_file(folder_ / (number + ".key"), [&](std::FILE* to) {
            return PEM_write_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

} // namespace ockam::test
