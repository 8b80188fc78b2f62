#include "certificates.hpp"
#include "websocket_nodes.hpp"

#include "process.hpp"
#include "temporary_directory.hpp"

#include "ockam/actors/workers.hpp"

#include <fstream>

namespace ockam::test {
namespace {

constexpr const char* nginx = "/usr/sbin/nginx";

/// nginx in front of a listener, in one process, with all its files in a folder of its own.
class proxy {
public:
  /// @param more  in its `server` block
  proxy(const std::string& front, const std::string& behind, const std::string& more) {
    std::ofstream{folder_ / "nginx.conf"}
      << "daemon off; master_process off; error_log stderr; pid nginx.pid;\n"
         "events {}\n"
         "http {\n"
         "  access_log off;\n"
         "  client_body_temp_path a; proxy_temp_path b; fastcgi_temp_path c; uwsgi_temp_path d; "
         "scgi_temp_path e;\n"
         "  server {\n"
         "    listen "
      << front << more
      << ";\n"
         "    location /ockam {\n"
         "      proxy_pass http://"
      << behind
      << ";\n"
         "      proxy_http_version 1.1;\n"
         "      proxy_set_header Upgrade $http_upgrade;\n"
         "      proxy_set_header Connection upgrade;\n"
         "    }\n"
         "  }\n"
         "}\n";
    server_.emplace(nginx, std::vector<std::string>{"-p", folder_.path(), "-c", "nginx.conf", "-e",
                                                    "stderr"});
  }
  std::string told_so_far() { return server_->told_so_far(); }

private:
  const temporary_directory folder_;
  std::optional<process> server_;
};

class WebSocketProxy : public nodes_test {
protected:
  websocket_node a{start_node()};
  websocket_node b{start_node()};
  ockam::listener place = b.listen();
  const std::string front = free_address();

  void SetUp() override {
    if (!std::filesystem::exists(nginx))
      GTEST_SKIP() << "### " << nginx << " is missing: not tried behind a proxy (apt: nginx-light)";
    b.node.start_worker("echoer", echoer{});
    b.flow_controls().add_consumer("echoer", place.flow_control_id());
  }

  void expect_works(const std::string& url, const websocket::client_tls_options& tls,
                    const std::string& more = {}) {
    proxy between{front, "127.0.0.1:" + std::to_string(port_of(place)), more};
    result<connection> made = fail(errc::not_found);
    eventually([&] { // as soon as it listens
      made = a.websocket.try_connect(url, {.tls = tls});
      return made.has_value();
    });
    ASSERT_TRUE(made) << to_string(made.error()) << '\n' << between.told_so_far();
    EXPECT_EQ(ask(a.node, {*made, "echoer"}), "Hello Ockam!");
    const std::string large(1'000'000, 'x');
    EXPECT_EQ(ask(a.node, {*made, "echoer"}, large), large);
    EXPECT_FALSE(
      a.websocket.try_connect(url.substr(0, url.rfind('/')) + "/elsewhere", {.tls = tls}));
    ASSERT_TRUE(made->try_close());
    EXPECT_TRUE(eventually([&] { return b.websocket.connections().empty(); }));
  }
};

TEST_F(WebSocketProxy, WS15_MessagesPassThroughAReverseProxy) {
  expect_works("ws://" + front + "/ockam", {});
}

TEST_F(WebSocketProxy, WS15_TheProxyMayDoTheTls) {
  authority signer;
  const auto own = signer.issue("IP:127.0.0.1");
  expect_works("wss://" + front + "/ockam", {.ca_file = signer.file()},
               " ssl; ssl_certificate " + own.certificate_file + "; ssl_certificate_key "
                 + own.private_key_file);
}

} // namespace
} // namespace ockam::test
