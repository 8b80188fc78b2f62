#include "error_of.hpp"
#include "url.hpp"

#include <gtest/gtest.h>

namespace ockam::websocket::detail {
namespace {

struct example {
  const char* text;
  const char* place;
  bool secure;
  const char* target;
  const char* host; // the HTTP field
};

TEST(WebSocketUrl, WS13_WhatAClientConnectsTo) {
  for (const auto& [text, place, secure, target, host] : {
         example{"localhost:4000", "localhost:4000", false, "/", "localhost:4000"},
         example{"4000", "127.0.0.1:4000", false, "/", "127.0.0.1:4000"},
         example{"ws://localhost:4000", "localhost:4000", false, "/", "localhost:4000"},
         example{"ws://localhost:4000/", "localhost:4000", false, "/", "localhost:4000"},
         example{"ws://host.name/ockam?a=b", "host.name:80", false, "/ockam?a=b", "host.name"},
         example{"WSS://host.name?a=b/c", "host.name:443", true, "/?a=b/c", "host.name"},
         example{"wss://[::1]/x", "[::1]:443", true, "/x", "[::1]"},
         example{"wss://[::1]:80/x", "[::1]:80", true, "/x", "[::1]:80"},
         example{"[fe80::1%lo]:80", "[fe80::1%lo]:80", false, "/", "[fe80::1]"},
         example{"ws://[fe80::1%25lo]:4000/", "[fe80::1%lo]:4000", false, "/", "[fe80::1]:4000"},
         example{"ws://[fe80::1%252]/%25", "[fe80::1%2]:80", false, "/%25", "[fe80::1]"},
         example{"ws://[fe80::1%lo]:4000/", "[fe80::1%lo]:4000", false, "/", "[fe80::1]:4000"},
         example{"ws://[fe80::1%25]:1/", "[fe80::1%25]:1", false, "/", "[fe80::1]:1"},
         example{"ws://10.0.0.7:80/a%20b", "10.0.0.7:80", false, "/a%20b", "10.0.0.7"},
       }) {
    const auto read = parse_peer_url(text);
    ASSERT_TRUE(read) << text << ": " << to_string(read.error());
    EXPECT_EQ(to_string(read->where), place) << text;
    EXPECT_EQ(read->secure, secure) << text;
    EXPECT_EQ(read->target(), target) << text;
    EXPECT_EQ(read->host(), host) << text;
  }
}

TEST(WebSocketUrl, WS13_WhatIsNoPlace) {
  for (const auto* text :
       {"", "ws://", "ws://:x", "ws://a b:1", "http://host:1/", "ws:/host:1", "wss://user@host/",
        "ws://host:1/a b", "ws://host:1/a\r\nCookie: x", "ws://host:1/#part", "ws://host:70000/",
        "ws://host:1/\xc3\xa4", "host:1/path", "ws://[::1/"})
    EXPECT_EQ(error_of(parse_peer_url(text)), errc::invalid_value) << text;
}

TEST(WebSocketUrl, WS13_WhereToListenIsInNumbers) {
  EXPECT_EQ(parse_listen_url("127.0.0.1:0")->to_text(), "ws://127.0.0.1:0");
  EXPECT_EQ(parse_listen_url("ws://127.0.0.1:0/ockam")->path, "/ockam");
  EXPECT_EQ(parse_listen_url("wss://[::1]:443")->to_text(), "wss://[::1]:443");
  EXPECT_EQ(parse_listen_url("[fe80::1%lo]:443")->to_text(), "ws://[fe80::1%25lo]:443");
  EXPECT_EQ(parse_listen_url("ws://[fe80::1%25lo]:443")->to_text(), "ws://[fe80::1%25lo]:443");
  for (const auto* text : {"localhost:4000", "ws://localhost:4000", "4000", "wss://4000"})
    EXPECT_EQ(error_of(parse_listen_url(text)), errc::invalid_value) << text;
}

} // namespace
} // namespace ockam::websocket::detail
