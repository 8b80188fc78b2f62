#include "tls.hpp"

#include "ockam/protocol/text.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <openssl/x509v3.h>

namespace ockam::websocket::detail {

namespace {

namespace ssl = net::ssl;

constexpr std::size_t tls_read_size = 16u << 10; // one record

// -- contexts --------------------------------------------------------------------------------------

tl::unexpected<error> unusable(const char* option, const std::string& file,
                               const error_code& failed) {
  return fail(errc::invalid_value, std::string{option} + " is " + escaped(file) + ": "
                                     + failed.message()
                                     + "; it takes the name of a PEM file that can be read");
}

tls_context make_context(ssl::context::method method) {
  auto made = std::make_shared<ssl::context>(method);
  ::SSL_CTX_set_min_proto_version(made->native_handle(), TLS1_2_VERSION);
  ::SSL_CTX_set_options(made->native_handle(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  ::SSL_CTX_set_mode(made->native_handle(), SSL_MODE_RELEASE_BUFFERS); // most are idle
  return made;
}

result<void> use_own(ssl::context& context, const std::string& certificate,
                     const std::string& private_key) {
  error_code failed;
  context.use_certificate_chain_file(certificate, failed);
  if (failed)
    return unusable("tls.certificate_file", certificate, failed);
  context.use_private_key_file(private_key, ssl::context::pem, failed);
  if (failed)
    return unusable("tls.private_key_file", private_key, failed);
  return {};
}

// -- the stream ------------------------------------------------------------------------------------

class tls_stream final : public byte_stream {
public:
  tls_stream(tcp_socket socket, tls_context context, ssl::stream_base::handshake_type side)
    : context_{std::move(context)}, stream_{std::move(socket), *context_}, side_{side} {}

  loop_executor get_executor() noexcept override { return stream_.get_executor(); }

  void async_handshake(completion done) override {
    stream_.async_handshake(side_, [done = std::move(done)](const error_code& failed) mutable {
      done(failed);
    });
  }

  std::string explain(const error_code& failed) const override;

  void async_fill(input_buffer& to, completion done) override {
    const auto room = to.prepare(tls_read_size);
    stream_.async_read_some(net::buffer(room.data(), room.size()),
                            [&to, done = std::move(done)](const error_code& failed,
                                                          std::size_t count) mutable {
                              to.commit(count);
                              done(failed, count);
                            });
  }

  void async_write_some(net::const_buffer from, completion done) override {
    stream_.async_write_some(from, std::move(done));
  }

  void async_end(completion done) override {
    stream_.async_shutdown([done = std::move(done)](const error_code&) mutable { done({}); });
  }

  void close() noexcept override {
    error_code ignored;
    stream_.lowest_layer().shutdown(tcp_socket::shutdown_both, ignored);
    stream_.lowest_layer().close(ignored);
  }

  /// Announces the name, for servers with several certificates, and asks for it in the certificate.
  void expect(const host_port& server) {
    auto* const native = stream_.native_handle();
    auto* const wanted = ::SSL_get0_param(native);
    if (server.numeric()) {
      // of an IPv6 address without its zone; a call that fails would leave any name valid
      const auto host = server.host.substr(0, server.host.find('%'));
      if (::X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) != 1)
        ::X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), host.size());
    } else {
      ::SSL_set_tlsext_host_name(native, server.host.c_str());
      ::X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
      ::X509_VERIFY_PARAM_set1_host(wanted, server.host.c_str(), 0);
    }
    server_ = server.host;
  }

private:
  const tls_context context_;
  mutable ssl::stream<tcp_socket> stream_;
  const ssl::stream_base::handshake_type side_;
  std::string server_; // of a client
};

std::string tls_stream::explain(const error_code& failed) const {
  auto* const native = stream_.native_handle();
  const auto verdict = ::SSL_get_verify_result(native);
  if (verdict == X509_V_OK || ::SSL_get_verify_mode(native) == SSL_VERIFY_NONE)
    return "TLS: " + failed.message()
           + "; is it a wss server, and does it need a certificate of ours?";
  const std::string what = std::string{"the certificate was refused: "}
                           + ::X509_verify_cert_error_string(verdict);
  switch (verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return what + "; it is not for " + server_ + ": connect by a name that is in it";
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return what + "; it needs another certificate, or the clock of one machine is wrong";
    default:
      return what
             + (side_ == ssl::stream_base::client
                  ? "; name the authority that has signed it in tls.ca_file"
                  : "; name the authority of the client in tls.client_ca_file");
  }
}

} // namespace

result<tls_context> make_client_context(const client_tls_options& options) {
  auto made = make_context(ssl::context::tls_client);
  error_code failed;
  if (options.insecure_skip_verification) {
    made->set_verify_mode(ssl::verify_none, failed);
  } else {
    made->set_verify_mode(ssl::verify_peer, failed);
    if (options.ca_file.empty())
      made->set_default_verify_paths(failed);
    else
      made->load_verify_file(options.ca_file, failed);
    if (failed)
      return unusable("tls.ca_file", options.ca_file, failed);
  }
  if (!options.certificate_file.empty())
    if (auto used = use_own(*made, options.certificate_file, options.private_key_file); !used)
      return fail(std::move(used.error()));
  return made;
}

result<tls_context> make_server_context(const server_tls_options& options) {
  if (options.certificate_file.empty())
    return fail(errc::invalid_value,
                "wss needs a certificate; name it in tls.certificate_file, and "
                "its key in tls.private_key_file, or listen at ws://");
  auto made = make_context(ssl::context::tls_server);
  if (auto used = use_own(*made, options.certificate_file, options.private_key_file); !used)
    return fail(std::move(used.error()));
  if (options.client_ca_file.empty())
    return made;
  error_code failed;
  made->load_verify_file(options.client_ca_file, failed);
  if (failed)
    return unusable("tls.client_ca_file", options.client_ca_file, failed);
  made->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert, failed);
  return made;
}

std::unique_ptr<byte_stream> make_tls_client(tcp_socket socket, const tls_context& context,
                                             const host_port& server) {
  auto made = std::make_unique<tls_stream>(std::move(socket), context, ssl::stream_base::client);
  made->expect(server);
  return made;
}

std::unique_ptr<byte_stream> make_tls_server(tcp_socket socket, const tls_context& context) {
  return std::make_unique<tls_stream>(std::move(socket), context, ssl::stream_base::server);
}

} // namespace ockam::websocket::detail
