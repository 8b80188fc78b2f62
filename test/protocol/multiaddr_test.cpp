#include "ockam/protocol/multiaddr.hpp"

#include "error_of.hpp"
#include "hex.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#if OCKAM_HAVE_RAPIDCHECK
#  include <rapidcheck/gtest.h>
#endif

namespace ockam {
namespace {

using kind = multiaddr::protocol;
using pieces = std::vector<multiaddr::piece>;
using test::from_hex;
using test::to_hex;

multiaddr parsed(std::string_view text) {
  auto value = multiaddr::parse(text);
  EXPECT_TRUE(value) << text << ": " << to_string(value.error());
  return value.value_or(multiaddr{});
}

error parse_error(std::string_view text) {
  auto value = multiaddr::parse(text);
  EXPECT_FALSE(value) << text;
  return value ? error{errc::internal} : value.error();
}

std::string route_of(std::string_view text) {
  auto along = parsed(text).to_route();
  EXPECT_TRUE(along) << text << ": " << to_string(along.error());
  return to_string(along.value_or(route{}));
}

error route_error(std::string_view text) {
  auto along = parsed(text).to_route();
  EXPECT_FALSE(along) << text;
  return along ? error{errc::internal} : along.error();
}

std::string text_of(const route& along) {
  auto value = multiaddr::from_route(along);
  EXPECT_TRUE(value) << to_string(along) << ": " << to_string(value.error());
  return to_string(value.value_or(multiaddr{}));
}

void expect_says(const error& problem, std::string_view part) {
  EXPECT_NE(problem.detail().find(part), std::string::npos) << problem.detail();
}

// -- text ------------------------------------------------------------------------------------------

TEST(Multiaddr, MAD1_IsAListOfPieces) {
  const auto value = parsed("/dnsaddr/localhost/tcp/4000/service/echoer");
  EXPECT_EQ(value.pieces(),
            (pieces{{kind::dnsaddr, "localhost"}, {kind::tcp, "4000"}, {kind::service, "echoer"}}));
  EXPECT_EQ(to_string(value), "/dnsaddr/localhost/tcp/4000/service/echoer");
  EXPECT_NE(value, parsed("/dnsaddr/localhost/tcp/4000/worker/echoer"));
}

TEST(Multiaddr, MAD1_EveryProtocolHasAName) {
  for (const auto* text : {"/ip4/127.0.0.1", "/tcp/0", "/ip6/::1", "/dnsaddr/h", "/udp/65535",
                           "/unix/a/b", "/ws", "/ip6zone/eth0/ip6/fe80::1", "/service/s", "/node/n",
                           "/project/p", "/space/s", "/secure/api", "/worker/w"})
    EXPECT_EQ(to_string(parsed(text)), text);
}

TEST(Multiaddr, MAD1_TheFirstSlashMayBeMissing) {
  EXPECT_EQ(parsed("tcp/4000"), parsed("/tcp/4000"));
  EXPECT_EQ(parsed("ws"), parsed("/ws"));
}

TEST(Multiaddr, MAD1_SelfAloneIsTheSecureApi) {
  EXPECT_EQ(parsed("self"), parsed("/secure/api"));
  EXPECT_EQ(parse_error("/self"), errc::unknown_variant);
  EXPECT_EQ(parse_error("/tcp/4000/self"), errc::unknown_variant);
}

TEST(Multiaddr, MAD1_EmptyTextHasNoPieces) {
  EXPECT_TRUE(parsed("").pieces().empty());
  EXPECT_EQ(parsed(""), multiaddr{});
  EXPECT_EQ(to_string(multiaddr{}), "");
}

TEST(Multiaddr, MAD1_AValueOfTextMayBeEmpty) {
  EXPECT_EQ(parsed("/service"), parsed("/service/"));
  EXPECT_EQ(to_string(parsed("/service//worker/w")), "/service//worker/w");
}

TEST(Multiaddr, MAD1_WebSocketHasNoValue) {
  EXPECT_EQ(parsed("/ws/service/x").pieces(), (pieces{{kind::ws, ""}, {kind::service, "x"}}));
}

TEST(Multiaddr, MAD1_NumbersAreKeptInTheirShortestForm) {
  EXPECT_EQ(to_string(parsed("/tcp/+04000/ip6/0:0::00:1")), "/tcp/4000/ip6/::1");
}

TEST(Multiaddr, MAD1_AnUnknownNameIsRefusedWithTheKnownOnes) {
  for (const auto* text : {"/quic/1", "/", "//", "/tcp/4000/", "/ws/", "/TCP/4000", "localhost"})
    EXPECT_EQ(parse_error(text), errc::unknown_variant) << text;
  expect_says(parse_error("/quic/1"), "\"quic\"");
  expect_says(parse_error("/quic/1"), "dnsaddr");
}

TEST(Multiaddr, MAD1_AMalformedValueIsRefusedWithAWayToWriteIt) {
  for (const auto* text : {"/tcp",
                           "/tcp/",
                           "/tcp/65536",
                           "/tcp/-1",
                           "/tcp/++1",
                           "/tcp/ 1",
                           "/udp/1x",
                           "/ip4/",
                           "/ip4/300.0.0.1",
                           "/ip4/1.2.3",
                           "/ip4/01.2.3.4",
                           "/ip4/1.2.3.4 ",
                           "/ip6/",
                           "/ip6/1.2.3.4",
                           "/ip6/fe80::1%2",
                           "/ip6/[::1]",
                           "/ip6/1::2::3",
                           "/ip6zone",
                           "/ip6zone//ip6/::1",
                           "/ip6zone/a b/ip6/::1",
                           "/ip6zone/a%25/ip6/::1"})
    EXPECT_EQ(parse_error(text), errc::invalid_value) << text;
  const auto problem = parse_error("/tcp/65536");
  expect_says(problem, "\"65536\"");
  expect_says(problem, "/tcp");
  expect_says(problem, "0 to 65535");
  EXPECT_EQ(error_of(multiaddr::parse(std::string_view{"/ip4/1.2.3.4\0", 13})),
            errc::invalid_value);
}

TEST(Multiaddr, MAD1_ValuesAreText) {
  EXPECT_EQ(parse_error("/service/\xff"), errc::invalid_utf8);
  EXPECT_EQ(parse_error("/unix/\xff"), errc::invalid_utf8);
  EXPECT_EQ(parse_error("/unix/%ff"), errc::invalid_utf8);
  EXPECT_EQ(parse_error("/service/\x1b\xff").detail().find('\x1b'), std::string::npos);
}

TEST(Multiaddr, MAD1_TheConstructorThrowsWhatParseReturns) {
  EXPECT_EQ(multiaddr{"/tcp/1"}, parsed("/tcp/1"));
  try {
    static_cast<void>(multiaddr{"/quic/1"});
    FAIL() << "/quic/1 was accepted";
  } catch (const failure& problem) {
    EXPECT_EQ(problem.error(), errc::unknown_variant);
  }
}

TEST(Multiaddr, MAD6_APathEndsBeforeThePiecesThatFollowIt) {
  EXPECT_EQ(parsed("/unix/run/node.sock/service/echoer").pieces(),
            (pieces{{kind::unix_socket, "/run/node.sock"}, {kind::service, "echoer"}}));
  EXPECT_EQ(parsed("/unix/run/tcp/dnsaddr/ws").pieces(),
            (pieces{{kind::unix_socket, "/run/tcp/dnsaddr/ws"}}));
  for (const auto* name : {"service", "secure", "worker", "node", "project", "space"})
    EXPECT_EQ(parsed(std::string{"/unix/a/"} + name).pieces().size(), 2u) << name;
}

TEST(Multiaddr, MAD6_PercentEscapesTheEndOfAPath) {
  const auto value = parsed("/unix/a/%73ervice/100%25/s%65rvices/worker/w");
  EXPECT_EQ(value.pieces(),
            (pieces{{kind::unix_socket, "/a/service/100%/services"}, {kind::worker, "w"}}));
  EXPECT_EQ(to_string(value), "/unix/a/%73ervice/100%25/services/worker/w");
}

TEST(Multiaddr, MAD6_SlashesOfAPathAreKept) {
  for (const auto* text : {"/unix/", "/unix//", "/unix/a/", "/unix//a", "/unix/a//service/x"})
    EXPECT_EQ(to_string(parsed(text)), text);
  EXPECT_EQ(parsed("/unix/").pieces().front().value, "/");
}

TEST(Multiaddr, MAD6_APathBeginsAtTheRootAndIsEscapedRight) {
  for (const auto* text : {"/unix", "/unix/service/x", "/unix/a%", "/unix/a%2", "/unix/a%zz",
                           "/unix/a%-1", "/unix/a%+1", "/unix/a% 1"})
    EXPECT_EQ(parse_error(text), errc::invalid_value) << text;
  expect_says(parse_error("/unix/a%zz"), "%25");
}

// -- binary ----------------------------------------------------------------------------------------

TEST(Multiaddr, MAD2_ThePiecesOfTransportsThatOthersDefine) {
  // codes 400 and 477 of the multiformats table
  const auto* const binary = "9003"
                             "04"
                             "2f612f62"
                             "bee803"
                             "01"
                             "78";
  EXPECT_EQ(to_hex(parsed("/unix/a/b/service/x").encode()), binary);
  EXPECT_EQ(to_string(multiaddr::decode(from_hex(binary)).value()), "/unix/a/b/service/x");
  EXPECT_EQ(to_hex(parsed("/tcp/4000/ws").encode()), "060fa0"
                                                     "dd03");
  EXPECT_EQ(to_string(multiaddr::decode(from_hex("060fa0dd03")).value()), "/tcp/4000/ws");
}

TEST(Multiaddr, MAD2_NothingIsEmpty) {
  EXPECT_EQ(multiaddr::decode({}).value(), multiaddr{});
  EXPECT_TRUE(multiaddr{}.encode().empty());
}

TEST(Multiaddr, MAD2_EveryTruncationIsAnError) {
  const auto whole = parsed("/ip6/::1/udp/1/worker/w").encode();
  const std::size_t complete[] = {0, 17, 21, whole.size()}; // where a piece ends
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const auto part = multiaddr::decode(bytes_view{whole}.first(size));
    if (std::ranges::find(complete, size) != std::end(complete))
      EXPECT_TRUE(part) << size;
    else
      EXPECT_EQ(error_of(part), errc::truncated) << size;
  }
}

TEST(Multiaddr, MAD2_NumbersHaveOneForm) {
  EXPECT_EQ(error_of(multiaddr::decode(from_hex("86000fa0"))), errc::invalid_value);
  EXPECT_EQ(error_of(multiaddr::decode(from_hex("3881006100"))), errc::invalid_value);
  EXPECT_EQ(error_of(multiaddr::decode(from_hex("868080808000"))), errc::varint_overflow);
  EXPECT_EQ(error_of(multiaddr::decode(from_hex("38ffffffffffffffffff01"))), errc::truncated);
  EXPECT_EQ(error_of(multiaddr::decode(from_hex("38ffffffffffffffffff02"))), errc::varint_overflow);
  EXPECT_EQ(error_of(multiaddr::decode(from_hex("38ffffffffffffffffff8100"))),
            errc::varint_overflow);
}

TEST(Multiaddr, MAD2_AnUnknownCodeIsRefused) {
  for (const auto* hex : {"00", "05", "8e04", "ffffffff0f"})
    EXPECT_EQ(error_of(multiaddr::decode(from_hex(hex))), errc::unknown_variant) << hex;
}

TEST(Multiaddr, MAD2_ValuesWithoutATextFormAreRefused) {
  // "a/secure/api" as one value would print as two pieces
  EXPECT_EQ(error_of(multiaddr::decode(from_hex("bee8030c612f7365637572652f617069"))),
            errc::invalid_value);
  EXPECT_EQ(error_of(multiaddr::decode(from_hex("9003"
                                                "0161"))),
            errc::invalid_value)
    << "a path that does not begin at the root";
  EXPECT_EQ(error_of(multiaddr::decode(from_hex("9003"
                                                "00"))),
            errc::invalid_value);
}

// -- to a route ------------------------------------------------------------------------------------

TEST(Multiaddr, MAD3_AHostAndAPortAreOneAddress) {
  EXPECT_EQ(route_of("/dnsaddr/localhost/tcp/4000/service/echoer"), "1#localhost:4000 => 0#echoer");
  EXPECT_EQ(route_of("/ip4/127.0.0.1/tcp/4000"), "1#127.0.0.1:4000");
  EXPECT_EQ(route_of("/ip6/::1/tcp/4000"), "1#[::1]:4000");
  EXPECT_EQ(route_of("/ip4/127.0.0.1/udp/5000/worker/w"), "2#127.0.0.1:5000 => 0#w");
  EXPECT_EQ(route_of("/ip6/::1/udp/5000"), "2#[::1]:5000");
  EXPECT_EQ(route_of("/dnsaddr/h/tcp/80/ws/service/s"), "3#h:80 => 0#s");
  EXPECT_EQ(route_of("/ip6/::1/tcp/80/ws"), "3#[::1]:80");
}

TEST(Multiaddr, MAD3_AZoneStandsInFrontOfItsAddress) {
  EXPECT_EQ(route_of("/ip6zone/eth0/ip6/fe80::1/tcp/4000/service/x"),
            "1#[fe80::1%eth0]:4000 => 0#x");
  EXPECT_EQ(route_of("/ip6zone/2/ip6/fe80::1/udp/4000"), "2#[fe80::1%2]:4000");
  EXPECT_EQ(route_of("/ip6zone/eth0/ip6/fe80::1/tcp/80/ws"), "3#[fe80::1%eth0]:80");
  for (const auto* text :
       {"/ip6zone/eth0", "/ip6zone/eth0/ip4/10.0.0.7/tcp/1", "/ip6zone/eth0/ip6/fe80::1",
        "/ip6zone/a/ip6zone/b/ip6/::1/tcp/1", "/ip6zone/eth0/service/x"})
    EXPECT_EQ(route_error(text), errc::invalid_value) << text;
  expect_says(route_error("/ip6zone/eth0/service/x"), "/ip6zone/eth0/ip6/ADDRESS/tcp/PORT");
  expect_says(parse_error("/ip6/fe80::1%2"), "/ip6zone/eth0/ip6/fe80::1");
}

TEST(Multiaddr, MAD2_AZoneIsTextInBinary) {
  const auto value = parsed("/ip6zone/eth0/ip6/fe80::1");
  EXPECT_EQ(to_hex(value.encode()), "2a0465746830"
                                    "29fe800000000000000000000000000001");
  EXPECT_EQ(multiaddr::decode(value.encode()).value(), value);
  EXPECT_EQ(error_of(multiaddr::decode(from_hex("2a 03 612f62"))), errc::invalid_value) << "a/b";
}

TEST(Multiaddr, MAD3_AUnixSocketIsItsPath) {
  EXPECT_EQ(route_of("/unix/run/%73ervice/node.sock/service/echoer"),
            "5#/run/service/node.sock => 0#echoer");
}

TEST(Multiaddr, MAD3_ServiceSecureAndWorkerAreLocal) {
  EXPECT_EQ(route_of("/service/a/secure/b/worker/c"), "0#a => 0#b => 0#c");
  EXPECT_EQ(route_of("/service/1#a"), "0#1#a") << "a value is no address text";
  EXPECT_EQ(route_of("/service/"), "0#");
  EXPECT_EQ(route_of("self"), "0#api");
  EXPECT_EQ(route_of(""), "");
}

TEST(Multiaddr, MAD3_ATransportMayFollowLocalAddresses) {
  EXPECT_EQ(route_of("/service/hop/ip4/10.0.0.7/tcp/1/service/x"), "0#hop => 1#10.0.0.7:1 => 0#x");
}

TEST(Multiaddr, MAD4_AnIncompleteTransportIsAnError) {
  for (const auto* text :
       {"/tcp/4000", "/udp/4000", "/ws", "/ip4/127.0.0.1", "/ip6/::1/service/x", "/dnsaddr/h",
        "/dnsaddr/h/service/x", "/dnsaddr/h/ws", "/dnsaddr/h/udp/1/ws",
        "/dnsaddr/h/dnsaddr/i/tcp/1", "/unix/a/service/x/ws"})
    EXPECT_EQ(route_error(text), errc::invalid_value) << text;
  expect_says(route_error("/dnsaddr/h/service/x"), "/dnsaddr/h/tcp/PORT");
  expect_says(route_error("/tcp/4000"), "/dnsaddr/HOST/tcp/4000");
  expect_says(route_error("/ws"), "/dnsaddr/HOST/tcp/PORT/ws");
}

TEST(Multiaddr, MAD4_AHostThatIsNoNameIsAnError) {
  for (const auto* text : {"/dnsaddr//tcp/1", "/dnsaddr/a b/tcp/1", "/dnsaddr/a:1/tcp/1",
                           "/dnsaddr/::1/tcp/1", "/dnsaddr/-a/udp/1"})
    EXPECT_EQ(route_error(text), errc::invalid_value) << text;
}

TEST(Multiaddr, MAD4_ASecondTransportIsAnError) {
  for (const auto* text :
       {"/dnsaddr/a/tcp/1/dnsaddr/b/tcp/1", "/unix/a/service/x/ip4/1.2.3.4/udp/1"})
    EXPECT_EQ(route_error(text), errc::only_one_transport_hop) << text;
}

TEST(Multiaddr, MAD4_NamesOfTheCommandAreAnErrorWithARemedy) {
  for (const auto* text : {"/node/n1/service/x", "/project/p/service/x", "/space/s"}) {
    const auto problem = route_error(text);
    EXPECT_EQ(problem, errc::invalid_value) << text;
    expect_says(problem, "/dnsaddr/HOST/tcp/PORT");
  }
  expect_says(route_error("/node/n1/service/x"), "/node/n1");
}

// -- from a route ----------------------------------------------------------------------------------

TEST(Multiaddr, MAD5_LocalAddressesBecomeServices) {
  EXPECT_EQ(text_of(route{"a", "b"}), "/service/a/service/b");
  EXPECT_EQ(text_of(route{}), "");
}

TEST(Multiaddr, MAD5_ATransportAddressBecomesItsPieces) {
  EXPECT_EQ(text_of(route{"1#localhost:4000", "echoer"}),
            "/dnsaddr/localhost/tcp/4000/service/echoer");
  EXPECT_EQ(text_of("1#10.0.0.7:1"), "/ip4/10.0.0.7/tcp/1");
  EXPECT_EQ(text_of("1#4000"), "/ip4/127.0.0.1/tcp/4000");
  EXPECT_EQ(text_of("2#[::1]:05"), "/ip6/::1/udp/5");
  EXPECT_EQ(text_of("2#[fe80::1%eth0]:5"), "/ip6zone/eth0/ip6/fe80::1/udp/5");
  EXPECT_EQ(text_of("3#[fe80::1%2]:5"), "/ip6zone/2/ip6/fe80::1/tcp/5/ws");
  EXPECT_EQ(text_of("3#h:80"), "/dnsaddr/h/tcp/80/ws");
  EXPECT_EQ(text_of(route{"5#/run/service", "x"}), "/unix/run/%73ervice/service/x");
}

TEST(Multiaddr, MAD5_AnAddressWithoutAMultiaddrIsAnError) {
  for (const auto* hop : {"4#device", "240#x", "1#nowhere", "2#[fe80::1%a b]:1", "5#node.sock",
                          "5#@name", "5#", "a/b"})
    EXPECT_EQ(error_of(multiaddr::from_route(hop)), errc::invalid_value) << hop;
  EXPECT_EQ(error_of(multiaddr::from_route("\xff")), errc::invalid_utf8);
  EXPECT_EQ(error_of(multiaddr::from_route(route{"1#a:1", "x", "2#b:1"})),
            errc::only_one_transport_hop);
}

// -- any value -------------------------------------------------------------------------------------

#if OCKAM_HAVE_RAPIDCHECK

std::string joined(const std::vector<std::string>& parts) {
  std::string whole;
  for (const auto& each : parts)
    whole += each;
  return whole;
}

/// Text in which special characters and names are frequent.
rc::Gen<std::string> any_text() {
  const auto words = rc::gen::element<std::string>("/", "%", "%2f", "service", "node", "unix", "ws",
                                                   "tcp", "4000", "::1", "a", ".", "#", "\xc3\xb6");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(words), joined);
}

rc::Gen<std::string> any_name() {
  return rc::gen::map(any_text(), [](std::string text) {
    std::erase(text, '/');
    return text;
  });
}

rc::Gen<std::string> any_ip6() {
  return rc::gen::map(
    rc::gen::container<std::vector<std::uint8_t>>(
      16, rc::gen::weightedOneOf<std::uint8_t>(
            {{3, rc::gen::just(std::uint8_t{0})}, {1, rc::gen::arbitrary<std::uint8_t>()}})),
    [](const std::vector<std::uint8_t>& raw) {
      bytes binary{0x29};
      binary.insert(binary.end(), raw.begin(), raw.end());
      return multiaddr::decode(binary).value().pieces().front().value;
    });
}

/// An address with a MultiAddr form.
rc::Gen<address> any_transport_address() {
  const auto host = rc::gen::oneOf(
    rc::gen::element<std::string>("localhost", "a.b-c", "127.0.0.1", "255.0.255.1"),
    rc::gen::map(any_ip6(), [](const std::string& text) { return "[" + text + "]"; }));
  const auto socket = rc::gen::apply(
    [](std::uint8_t type, const std::string& name, std::uint16_t port) {
      return address{type, name + ":" + std::to_string(port)};
    },
    rc::gen::elementOf(
      std::vector{transport_type::tcp, transport_type::udp, transport_type::websocket}),
    host, rc::gen::arbitrary<std::uint16_t>());
  const auto path = rc::gen::map(any_text(), [](const std::string& text) {
    return address{transport_type::uds, "/" + text};
  });
  return rc::gen::oneOf(socket, path);
}

rc::Gen<route> any_route() {
  const auto locals = [] { return rc::gen::container<std::vector<std::string>>(any_name()); };
  const auto transport = rc::gen::container<std::vector<address>>(any_transport_address());
  return rc::gen::apply(
    [](const std::vector<std::string>& before, const std::vector<address>& middle,
       const std::vector<std::string>& behind) {
      route along;
      for (const auto& name : before)
        along.append(address{transport_type::local, name});
      if (!middle.empty())
        along.append(middle.front());
      for (const auto& name : behind)
        along.append(address{transport_type::local, name});
      return along;
    },
    locals(), transport, locals());
}

RC_GTEST_PROP(MultiaddrProperty, MAD3_MAD5_ARouteSurvivesBothForms, ()) {
  const auto along = *any_route();
  const auto value = multiaddr::from_route(along);
  RC_ASSERT(value.has_value());
  RC_ASSERT(multiaddr::parse(to_string(*value)) == *value);
  RC_ASSERT(multiaddr::decode(value->encode()) == *value);
  RC_ASSERT(value->to_route() == along);
}

/// The text of a MultiAddr, not always in its printed form.
rc::Gen<std::string> any_pieces() {
  const auto worker = rc::gen::map(any_name(), [](const auto& name) { return "/worker/" + name; });
  const auto path = rc::gen::map(any_name(), [](std::string name) {
    std::erase(name, '%');
    return "/unix/%73ervice/x" + name + "%2f//";
  });
  const auto others = rc::gen::element<std::string>("/ws", "/tcp/+04", "/ip4/1.2.3.4", "/udp/7");
  return rc::gen::map(
    rc::gen::pair(rc::gen::container<std::vector<std::string>>(rc::gen::oneOf(worker, others)),
                  path),
    [](const auto& all) { return joined(all.first) + all.second; });
}

RC_GTEST_PROP(MultiaddrProperty, MAD1_MAD2_WhatParsesIsPrintedAndEncodedWithoutLoss, ()) {
  const auto value = multiaddr::parse(*any_pieces());
  RC_ASSERT(value.has_value());
  RC_ASSERT(multiaddr::parse(to_string(*value)) == *value);
  RC_ASSERT(multiaddr::decode(value->encode()) == *value);
}

#endif

} // namespace
} // namespace ockam
