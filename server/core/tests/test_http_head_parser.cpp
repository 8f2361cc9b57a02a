// The parser of request heads as a whole: pieces, limits, pipelines, its life. What the single
// lines may say is tested by test_http_request_line.cpp, test_http_field_line.cpp,
// test_http_connection_fields.cpp and test_http_host.cpp.
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "http/head_parser.hpp"
#include "http_heads.hpp"

using namespace tuber::http::testing;
using tuber::http::Framing;
using tuber::http::HeadParser;
using tuber::http::Limits;
using tuber::http::Outcome;

namespace {

// A head of exactly this many bytes.
std::string head_of_size(std::size_t size) {
  const std::string begin = "GET / HTTP/1.1\r\nHost: board\r\nX: ";
  return begin + std::string(size - begin.size() - 4, 'a') + "\r\n\r\n";
}

}  // namespace

TEST_CASE("every beginning of a head needs more, and nothing is complete before its last byte") {
  const std::string message = "\r\n" + posting("Content-Length: 3\r\nX: y\r\n");
  for (std::size_t size = 0; size < message.size(); ++size) {
    CHECK(parse_every_way(message.substr(0, size)).outcome == Outcome::need_more);
  }
}

TEST_CASE("the request line may be as long as its limit and no longer") {
  Limits limits;
  limits.request_line = 20;
  for (const std::string before : {"", "\r\n"}) {
    const auto line_of = [&](std::size_t size) {
      return before + requesting("GET /" + std::string(size - 14, 'a') + " HTTP/1.1");
    };
    CHECK(parse_every_way(line_of(19), limits).outcome == Outcome::complete);
    CHECK(parse_every_way(line_of(20), limits).outcome == Outcome::complete);
    const SeenHead above = parse_every_way(line_of(21), limits);
    CHECK(above.fault.status == 414);
    CHECK(above.fault.offset == before.size() + 20);
    // Not a byte of the target's end is needed to know.
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
  SUBCASE("also when the limit falls into the request line") {
    limits.head = 10;
    CHECK(parse_every_way(head_of_size(99), limits).fault.status == 431);
  }
  SUBCASE("also when malformed bytes follow behind the limit") {
    CHECK(parse_every_way(head_of_size(104).substr(0, 100) + "\n", limits).fault.status == 431);
  }
}

TEST_CASE("there may be as many fields as the limit and no more") {
  Limits limits;
  limits.fields = 3;
  CHECK(parse_every_way(posting("A: 1\r\n"), limits).outcome == Outcome::complete);
  CHECK(parse_every_way(posting("A: 1\r\nB: 2\r\n"), limits).outcome == Outcome::complete);
  const SeenHead above = parse_every_way(posting("A: 1\r\nB: 2\r\nC: 3\r\n"), limits);
  CHECK(above.fault.status == 431);
  CHECK(above.fault.offset == kPostedLines + 12);
}

TEST_CASE("one parser reads the requests of a pipeline one after the other") {
  const std::string first = posting("Content-Length: 3\r\nConnection: close\r\n");
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
  CHECK(parser.parse(requesting("GET / HTTP/1.1")) == Outcome::complete);
}

TEST_CASE("rebase points a head to its bytes' new place") {
  HeadParser parser{Limits{}};
  std::string first = requesting("GET http://other?q HTTP/1.1");
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

TEST_CASE("a head that is sent again is read as the first time, wherever it lies now") {
  const std::string message = "\r\n" + posting("Content-Length: 3\r\nX: y\r\n");
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

TEST_CASE("a head that differs from the last one in any byte is read anew") {
  const std::string message = posting("Content-Length: 3\r\nX: y\r\n");
  for (std::size_t place = 0; place < message.size(); ++place) {
    std::string other = message;
    other[place] = other[place] == '1' ? '0' : '1';
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

TEST_CASE("heads of two parsers have two numbers") {
  const std::string message = requesting("GET / HTTP/1.1");
  HeadParser one{Limits{}}, other{Limits{}};
  REQUIRE(feed_head(one, message, {}).outcome == Outcome::complete);
  REQUIRE(feed_head(other, message, {}).outcome == Outcome::complete);
  CHECK(one.head().serial != other.head().serial);
}
