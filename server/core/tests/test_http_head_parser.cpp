// Request heads as a whole and request lines. The other lines of a head are tested in
// test_http_fields.cpp, test_http_connection_fields.cpp and test_http_host.cpp.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "http/head_parser.hpp"
#include "http_heads.hpp"

using namespace std::string_literals;
using namespace tuber::http::testing;
using tuber::http::Framing;
using tuber::http::HeadParser;
using tuber::http::Limits;
using tuber::http::Outcome;

namespace {

// A head of exactly `size` bytes.
std::string head_of_size(std::size_t size) {
  const std::string begin = "GET / HTTP/1.1\r\nHost: board\r\nX: ";
  return begin + std::string(size - begin.size() - 4, 'a') + "\r\n\r\n";
}

std::vector<ValidHead> valid_targets() {
  const Fields board = {{"Host", "board"}};
  return {
      {"path", with_request_line("GET / HTTP/1.1"), head("GET", "/", board)},
      {"query", with_request_line("GET /a?b=c?d HTTP/1.1"), head("GET", "/a?b=c?d", board, "/a")},
      {"empty query", with_request_line("GET /? HTTP/1.1"), head("GET", "/?", board, "/")},
      {"escapes", with_request_line("GET /%41%zz HTTP/1.1"), head("GET", "/%41%zz", board)},
      {"double slash", with_request_line("GET //x HTTP/1.1"), head("GET", "//x", board)},
      {"marks", with_request_line("GET /-._~:@!$&'()*+,;=[]%/?/? HTTP/1.1"),
       head("GET", "/-._~:@!$&'()*+,;=[]%/?/?", board, "/-._~:@!$&'()*+,;=[]%/")},
      {"unknown method", with_request_line("BREW / HTTP/1.1"), head("BREW", "/", board)},
      {"method of marks", with_request_line("!#$%&'*+-.^_`|~ / HTTP/1.1"),
       head("!#$%&'*+-.^_`|~", "/", board)},
      {"lower-case method is another one", with_request_line("get / HTTP/1.1"),
       head("get", "/", board)},
      {"asterisk", with_request_line("OPTIONS * HTTP/1.1"), head("OPTIONS", "*", board)},
      {"absolute", with_request_line("GET http://other:80/x?y HTTP/1.1"),
       head("GET", "http://other:80/x?y", board, "/x", "other:80")},
      {"absolute without path", with_request_line("GET HTTP://other HTTP/1.1"),
       head("GET", "HTTP://other", board, "/", "other")},
      {"absolute with query only", with_request_line("GET http://other?y HTTP/1.1"),
       head("GET", "http://other?y", board, "/", "other")},
      {"absolute, IPv6", with_request_line("GET http://[::1]:8080/ HTTP/1.1"),
       head("GET", "http://[::1]:8080/", board, "/", "[::1]:8080")},
      {"minor version above ours", with_request_line("GET / HTTP/1.9"), head("GET", "/", board)},
      {"one empty line before", "\r\n" + with_request_line("GET / HTTP/1.1"),
       head("GET", "/", board)},
  };
}

std::vector<MalformedHead> malformed_request_lines() {
  return {
      {"two empty lines before", "\r\n\r\n" + with_request_line("GET / HTTP/1.1"), 400, 2},
      {"bare LF before", "\n" + with_request_line("GET / HTTP/1.1"), 400, 0},
      {"space before the method", with_request_line(" GET / HTTP/1.1"), 400, 0},
      {"tab after the method", with_request_line("GET\t/ HTTP/1.1"), 400, 3},
      {"two spaces after the method", with_request_line("GET  / HTTP/1.1"), 400, 4},
      {"two spaces after the target", with_request_line("GET /  HTTP/1.1"), 400, 6},
      {"space in the target", with_request_line("GET /a b HTTP/1.1"), 400, 7},
      {"space after the version", with_request_line("GET / HTTP/1.1 "), 400, 6},
      {"colon in the method", with_request_line("GET: / HTTP/1.1"), 400, 3},
      {"method not ASCII", with_request_line("G\xc3\x84T / HTTP/1.1"), 400, 1},
      {"no target", with_request_line("GET HTTP/1.1"), 400, 12},
      {"method only", with_request_line("GET"), 400, 3},
      {"HTTP/0.9", with_request_line("GET /"), 400, 5},
      {"no version", with_request_line("GET / "), 400, 6},
      {"lower-case version", with_request_line("GET / http/1.1"), 400, 6},
      {"another protocol", with_request_line("GET / ICAP/1.1"), 400, 6},
      {"version without minor", with_request_line("GET / HTTP/1"), 400, 6},
      {"version without minor, 2", with_request_line("GET / HTTP/2"), 400, 6},
      {"version with two digits", with_request_line("GET / HTTP/1.10"), 400, 6},
      {"version with leading zero", with_request_line("GET / HTTP/01.1"), 400, 6},
      {"version with comma", with_request_line("GET / HTTP/1,1"), 400, 6},
      {"version with letter for major", with_request_line("GET / HTTP/x.1"), 400, 6},
      {"version with letter for minor", with_request_line("GET / HTTP/1.x"), 400, 6},
      {"version 0.9", with_request_line("GET / HTTP/0.9"), 505, 6},
      {"version 2.0", with_request_line("PRI * HTTP/2.0"), 505, 6},
      {"version 3.0", with_request_line("GET / HTTP/3.0"), 505, 6},
      {"fragment", with_request_line("GET /a#b HTTP/1.1"), 400, 6},
      {"target not ASCII", with_request_line("GET /\xc3\xa4 HTTP/1.1"), 400, 5},
      {"NUL in the target", with_request_line("GET /a\0b HTTP/1.1"s), 400, 6},
      {"DEL in the target", with_request_line("GET /a\x7f HTTP/1.1"), 400, 6},
      {"tab in the target", with_request_line("GET /a\tb HTTP/1.1"), 400, 6},
      {"escape character", with_request_line("GET /\x1b[2J HTTP/1.1"), 400, 5},
      {"relative target", with_request_line("GET a HTTP/1.1"), 400, 4},
      {"query alone", with_request_line("GET ?a HTTP/1.1"), 400, 4},
      {"asterisk for GET", with_request_line("GET * HTTP/1.1"), 400, 4},
      {"asterisk and more", with_request_line("OPTIONS */ HTTP/1.1"), 400, 8},
      {"CONNECT", with_request_line("CONNECT board:80 HTTP/1.1"), 400, 0},
      {"CONNECT with path", with_request_line("CONNECT / HTTP/1.1"), 400, 0},
      {"authority for GET", with_request_line("GET board:80 HTTP/1.1"), 400, 4},
      {"https target", with_request_line("GET https://board/ HTTP/1.1"), 400, 4},
      {"ftp target", with_request_line("GET ftp://board/ HTTP/1.1"), 400, 4},
      {"absolute without authority", with_request_line("GET http:///a HTTP/1.1"), 400, 11},
      {"absolute with user", with_request_line("GET http://me:pw@board/ HTTP/1.1"), 400, 11},
      {"absolute with bad port", with_request_line("GET http://board:x/ HTTP/1.1"), 400, 11},
      {"absolute without slashes", with_request_line("GET http:board HTTP/1.1"), 400, 4},
      {"bare LF after the request line", "GET / HTTP/1.1\nHost: board\r\n\r\n", 400, 14},
      {"bare CR in the request line", "GET /\r HTTP/1.1\r\nHost: board\r\n\r\n", 400, 5},
      {"CR CR LF", "GET / HTTP/1.1\r\r\nHost: board\r\n\r\n", 400, 14},
      {"TLS handshake", "\x16\x03\x01\x02\0\x01"s, 400, 0},
      {"SSH", "SSH-2.0-OpenSSH_9.2p1\r\n", 400, 21},
  };
}

}  // namespace

TEST_CASE("an incomplete head needs more, up to its last byte") {
  const std::string message = "\r\n" + with_fields("Content-Length: 3\r\nX: y\r\n");
  for (std::size_t size = 0; size < message.size(); ++size) {
    CHECK(parse_every_way(message.substr(0, size)).outcome == Outcome::need_more);
  }
}

TEST_CASE("the request line may be as long as its limit and no longer") {
  Limits limits;
  limits.request_line = 20;
  for (const std::string before : {"", "\r\n"}) {
    const auto line_of = [&](std::size_t size) {
      return before + with_request_line("GET /" + std::string(size - 14, 'a') + " HTTP/1.1");
    };
    CHECK(parse_every_way(line_of(19), limits).outcome == Outcome::complete);
    CHECK(parse_every_way(line_of(20), limits).outcome == Outcome::complete);
    const SeenHead above = parse_every_way(line_of(21), limits);
    CHECK(above.fault.status == 414);
    CHECK(above.fault.offset == before.size() + 20);
    // The fault needs no byte after the limit.
    CHECK(parse_every_way(line_of(21).substr(0, before.size() + 21), limits) == above);
  }
}

TEST_CASE("the head may have as many bytes as its limit and no more") {
  Limits limits;
  limits.head = 100;
  CHECK(parse_every_way(head_of_size(99), limits).outcome == Outcome::complete);
  CHECK(parse_every_way(head_of_size(100), limits).outcome == Outcome::complete);
  CHECK(parse_every_way(head_of_size(100) + "body", limits).outcome == Outcome::complete);
  for (std::size_t size = 101; size < 110; ++size) {
    const SeenHead above = parse_every_way(head_of_size(size), limits);
    CHECK(above.fault.status == 431);
    CHECK(above.fault.offset == 100);
  }
  SUBCASE("also if the limit is within the request line") {
    limits.head = 10;
    CHECK(parse_every_way(head_of_size(99), limits).fault.status == 431);
  }
  SUBCASE("also if malformed bytes follow after the limit") {
    CHECK(parse_every_way(head_of_size(104).substr(0, 100) + "\n", limits).fault.status == 431);
  }
}

TEST_CASE("there may be as many fields as the limit and no more") {
  Limits limits;
  limits.fields = 3;
  CHECK(parse_every_way(with_fields("A: 1\r\n"), limits).outcome == Outcome::complete);
  CHECK(parse_every_way(with_fields("A: 1\r\nB: 2\r\n"), limits).outcome == Outcome::complete);
  const SeenHead above = parse_every_way(with_fields("A: 1\r\nB: 2\r\nC: 3\r\n"), limits);
  CHECK(above.fault.status == 431);
  CHECK(above.fault.offset == kFieldsOffset + 12);
}

TEST_CASE("one parser reads pipelined requests one after the other") {
  const std::string first = with_fields("Content-Length: 3\r\nConnection: close\r\n");
  const std::string second = "GET /second HTTP/1.0\r\n\r\n";
  const std::string buffer = first + "abc" + second + "GET";
  HeadParser parser{Limits{}};
  REQUIRE(parser.parse(buffer) == Outcome::complete);
  CHECK(parser.consumed() == first.size());

  std::string_view rest = std::string_view(buffer).substr(first.size() + 3);
  parser.reset();
  REQUIRE(parser.parse(rest) == Outcome::complete);
  CHECK(parser.head().target == "/second");
  CHECK(parser.head().fields.empty());
  CHECK(parser.head().host.empty());
  CHECK(parser.head().framing == Framing::none);
  CHECK(parser.head().content_length == 0);

  rest.remove_prefix(parser.consumed());
  parser.reset();
  CHECK(rest == "GET");
  CHECK(parser.parse(rest) == Outcome::need_more);
}

TEST_CASE("a fault stays until the reset") {
  HeadParser parser{Limits{}};
  REQUIRE(parser.parse("GET /\n") == Outcome::fault);
  CHECK(parser.parse("GET /\nHost: x\r\n\r\n") == Outcome::fault);
  CHECK(parser.fault().offset == 5);
  parser.reset();
  CHECK(parser.parse(with_request_line("GET / HTTP/1.1")) == Outcome::complete);
}

TEST_CASE("rebase points the views of a head to the new buffer") {
  HeadParser parser{Limits{}};
  std::string first = with_request_line("GET http://other?q HTTP/1.1");
  REQUIRE(parser.parse(first) == Outcome::complete);
  const std::string moved = first + "body";
  parser.rebase(moved);
  first.assign(first.size(), '-');
  const auto& moved_head = parser.head();
  CHECK(moved_head.method == "GET");
  CHECK(moved_head.target == "http://other?q");
  CHECK(moved_head.path == "/");
  CHECK(moved_head.host == "other");
  REQUIRE(moved_head.fields.size() == 1);
  CHECK(moved_head.fields[0].name == "Host");
  CHECK(moved_head.fields[0].value == "board");
}

TEST_CASE("a repeated head has the same result and serial in any buffer") {
  const std::string message = "\r\n" + with_fields("Content-Length: 3\r\nX: y\r\n");
  HeadParser parser{Limits{}};
  const SeenHead first = feed_head(parser, message, {});
  REQUIRE(first.outcome == Outcome::complete);
  const auto serial = parser.head().serial;
  CHECK(serial > 0);
  CHECK(feed_head(parser, message + "{}", {}) == first);
  CHECK(parser.head().serial == serial);
  for (std::size_t cut = 1; cut < message.size(); ++cut) {
    CHECK(feed_head(parser, message, {cut}) == first);
    CHECK(feed_head(parser, message, {}) == first);
  }
}

TEST_CASE("a head that differs from the last one in any byte is parsed again") {
  const std::string message = with_fields("Content-Length: 3\r\nX: y\r\n");
  for (std::size_t offset = 0; offset < message.size(); ++offset) {
    std::string other = message;
    other[offset] = other[offset] == '1' ? '0' : '1';
    HeadParser parser{Limits{}};
    REQUIRE(feed_head(parser, message, {}).outcome == Outcome::complete);
    const auto serial = parser.head().serial;
    const SeenHead seen = feed_head(parser, other, {});
    HeadParser fresh{Limits{}};
    CHECK(seen == feed_head(fresh, other, {}));
    if (seen.outcome == Outcome::complete) CHECK(parser.head().serial != serial);
    CHECK(feed_head(parser, message, {}).outcome == Outcome::complete);
  }
}

TEST_CASE("heads of two parsers have different serials") {
  const std::string message = with_request_line("GET / HTTP/1.1");
  HeadParser one{Limits{}}, other{Limits{}};
  REQUIRE(feed_head(one, message, {}).outcome == Outcome::complete);
  REQUIRE(feed_head(other, message, {}).outcome == Outcome::complete);
  CHECK(one.head().serial != other.head().serial);
}

TEST_CASE("every required form of the target is accepted") {
  check_valid(valid_targets());
}

TEST_CASE("a malformed request line is refused") {
  check_malformed(malformed_request_lines());
}

TEST_CASE("characters that no URI may contain are refused in the target") {
  for (const char c : "\"<>\\^`{|}"s) {
    const std::string target{'/', 'a', c};
    check_malformed(
        {{"path " + target, with_request_line("GET " + target + " HTTP/1.1"), 400, 6},
         {"query of " + target, with_request_line("GET /?b" + target + " HTTP/1.1"), 400, 9}});
  }
}
