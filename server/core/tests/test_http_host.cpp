// Valid and malformed hosts, alone and as a field of a head.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "http/host.hpp"
#include "http_heads.hpp"

using namespace tuber::http::testing;
using tuber::http::HostKind;
using tuber::http::Outcome;
using tuber::http::parse_host;

namespace {

struct Row {
  std::string text;
  HostKind kind;
  std::string name;
  std::string port;
};

const std::vector<Row> kValid = {
    {"board", HostKind::name, "board", ""},
    {"Board.Example", HostKind::name, "Board.Example", ""},
    {"board.", HostKind::name, "board.", ""},
    {"board:8080", HostKind::name, "board", "8080"},
    {"board:", HostKind::name, "board", ""},
    {"board:00080", HostKind::name, "board", "00080"},
    {"board:65535", HostKind::name, "board", "65535"},
    {"a_b-c~d!$&'()*+,;=", HostKind::name, "a_b-c~d!$&'()*+,;=", ""},
    {"x%41%2e", HostKind::name, "x%41%2e", ""},
    {"192.168.1.10", HostKind::ipv4, "192.168.1.10", ""},
    {"0.0.0.0:80", HostKind::ipv4, "0.0.0.0", "80"},
    {"255.255.255.255", HostKind::ipv4, "255.255.255.255", ""},
    {"256.1.1.1", HostKind::name, "256.1.1.1", ""},
    {"1.2.3", HostKind::name, "1.2.3", ""},
    {"1.2.3.4.5", HostKind::name, "1.2.3.4.5", ""},
    {"1.2.3.04", HostKind::name, "1.2.3.04", ""},
    {"[::1]", HostKind::ipv6, "::1", ""},
    {"[::]:1", HostKind::ipv6, "::", "1"},
    {"[fe80::1:2]:65535", HostKind::ipv6, "fe80::1:2", "65535"},
    {"[1:2:3:4:5:6:7:8]", HostKind::ipv6, "1:2:3:4:5:6:7:8", ""},
    {"[1:2:3:4:5:6:7::]", HostKind::ipv6, "1:2:3:4:5:6:7::", ""},
    {"[::ffff:10.0.0.1]", HostKind::ipv6, "::ffff:10.0.0.1", ""},
    {"[1:2:3:4:5:6:10.0.0.1]", HostKind::ipv6, "1:2:3:4:5:6:10.0.0.1", ""},
    {"[AbCd::Ef01]:", HostKind::ipv6, "AbCd::Ef01", ""},
};

struct Malformed {
  std::string name;
  std::string text;
};

const std::vector<Malformed> kMalformed = {
    {"empty", ""},
    {"space", "a b"},
    {"path", "board/x"},
    {"user", "me@board"},
    {"list", "a, b"},
    {"scheme", "http://board"},
    {"query", "board?x"},
    {"not ASCII", "b\xc3\xa4r"},
    {"escape without digits", "a%"},
    {"escape with one digit", "a%4"},
    {"escape with other letters", "a%zz"},
    {"backslash", "a\\b"},
    {"port only", ":80"},
    {"port with letter", "board:8a"},
    {"port with sign", "board:-1"},
    {"port too large", "board:65536"},
    {"port far too large", "board:18446744073709551696"},
    {"two ports", "board:80:80"},
    {"IPv6 without brackets", "::1"},
    {"IPv6 without end", "[::1"},
    {"IPv6 and more", "[::1]x"},
    {"IPv6, empty", "[]"},
    {"IPv6 of one colon", "[:]"},
    {"IPv6 of seven groups", "[1:2:3:4:5:6:7]"},
    {"IPv6 of nine groups", "[1:2:3:4:5:6:7:8:9]"},
    {"IPv6 of eight groups and a gap", "[1:2:3:4::5:6:7:8]"},
    {"IPv6 with two gaps", "[1::2::3]"},
    {"IPv6 with three colons", "[:::1]"},
    {"IPv6 that begins with a colon", "[:1:2:3:4:5:6:7]"},
    {"IPv6 that ends with a colon", "[1:2:3:4:5:6:7:]"},
    {"IPv6 with a long group", "[::12345]"},
    {"IPv6 with other letters", "[::g]"},
    {"IPv6 with IPv4 in the middle", "[::1.2.3.4:1]"},
    {"IPv6 with IPv4 before the gap", "[1.2.3.4::]"},
    {"IPv6 with bad IPv4", "[::1.2.3.256]"},
    {"IPv6 with zone", "[fe80::1%25eth0]"},
    {"IPv4 in brackets", "[10.0.0.1]"},
    {"future address", "[v1.x]"},
};

}  // namespace

TEST_CASE("a host is split into name or address, and port") {
  for (const Row& row : kValid) {
    CAPTURE(row.text);
    const auto host = parse_host(row.text);
    REQUIRE(host);
    CHECK(host->kind == row.kind);
    CHECK(host->name == row.name);
    CHECK(host->port == row.port);
    const SeenHead seen = parse_every_way(with_host(row.text));
    CHECK(seen.outcome == Outcome::complete);
    CHECK(seen.host == row.text);
  }
}

TEST_CASE("a malformed host is refused, in Host and in an absolute target") {
  for (const Malformed& malformed : kMalformed) {
    INFO(malformed.name);
    CHECK_FALSE(parse_host(malformed.text));
    const SeenHead seen = parse_every_way(with_host(malformed.text));
    CHECK(seen.fault.status == 400);
    CHECK(seen.fault.offset == std::string("GET / HTTP/1.1\r\n").size());
  }
  for (const std::string authority : {"", "me@board", "board:x", "::1", "[::1", "a%zz"}) {
    CAPTURE(authority);
    const std::string line = "GET http://" + authority + "/ HTTP/1.1";
    CHECK(parse_every_way(with_request_line(line)).fault.status == 400);
  }
}
