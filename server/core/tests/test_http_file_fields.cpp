// The request fields that select what of a file is sent: codings, ranges, preconditions.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>

#include "http/file_fields.hpp"
#include "http/reply_head.hpp"
#include "request_by_hand.hpp"

namespace tuber::http {

using namespace serve;
namespace {

std::optional<Coding> choose(std::string_view accept_encoding, const Available& available) {
  return choose_coding(head_of("GET", "/", {{"Accept-Encoding", accept_encoding}}), available);
}

TEST_CASE("the coding is the acceptable one that weighs most, the smallest of equals") {
  const Available all{true, true, true};
  CHECK(choose("gzip, br", all) == Coding::br);
  CHECK(choose("gzip, deflate", all) == Coding::gzip);
  CHECK(choose("GZIP", all) == Coding::gzip);
  CHECK(choose("x-gzip", all) == Coding::gzip);
  CHECK(choose("br;q=0.5, gzip;q=0.8", all) == Coding::gzip);
  CHECK(choose("br; q=0.001, gzip;q=0", all) == Coding::br);
  CHECK(choose("br;q=0, gzip;q=0.000", all) == Coding::identity);
  CHECK(choose("identity, gzip;q=0.5", all) == Coding::identity);
  CHECK(choose("*", all) == Coding::br);
  CHECK(choose("*, br;q=0", all) == Coding::gzip);
  CHECK(choose("*;q=0", all) == std::nullopt);
  CHECK(choose("identity;q=0", {false, false, true}) == std::nullopt);
  CHECK(choose("identity;q=0, gzip", {false, true, true}) == Coding::gzip);
  CHECK(choose("", all) == Coding::identity);
  CHECK(choose("gzip", {false, false, true}) == Coding::identity);
  CHECK(choose("br", {false, true, false}) == std::nullopt);
  CHECK(choose("gzip;q=nonsense", all) == Coding::gzip);
  CHECK(choose("gzip;q=1.000;x=y, br;q=0.999", all) == Coding::gzip);
}

TEST_CASE("a client that names no codings gets identity or nothing") {
  CHECK(choose_coding(head_of("GET", "/"), {true, true, true}) == Coding::identity);
  CHECK(choose_coding(head_of("GET", "/"), {true, true, false}) == std::nullopt);
}

TEST_CASE("Accept-Encoding may be spread over several fields") {
  const auto head =
      head_of("GET", "/", {{"Accept-Encoding", "br;q=0"}, {"accept-encoding", "gzip"}});
  CHECK(choose_coding(head, {true, true, true}) == Coding::gzip);
}

TEST_CASE("a single range of bytes is cut to the file") {
  const auto is_part = [](std::string_view field, std::uint64_t offset, std::uint64_t length) {
    const ByteRange range = parse_byte_range(field, 10);
    return range.kind == ByteRange::Kind::part && range.offset == offset && range.length == length;
  };
  CHECK(is_part("bytes=0-0", 0, 1));
  CHECK(is_part("bytes=2-4", 2, 3));
  CHECK(is_part("bytes=2-", 2, 8));
  CHECK(is_part("bytes=-3", 7, 3));
  CHECK(is_part("bytes=-99", 0, 10));
  CHECK(is_part("bytes=9-99999999999999999999999", 9, 1));
  CHECK(is_part("Bytes=0-9", 0, 10));
}

TEST_CASE("a range beyond the end is unsatisfiable") {
  for (const char* field :
       {"bytes=10-", "bytes=10-12", "bytes=-0", "bytes=99999999999999999999-"}) {
    CAPTURE(field);
    CHECK(parse_byte_range(field, 10).kind == ByteRange::Kind::unsatisfiable);
  }
  CHECK(parse_byte_range("bytes=0-", 0).kind == ByteRange::Kind::unsatisfiable);
  CHECK(parse_byte_range("bytes=-1", 0).kind == ByteRange::Kind::unsatisfiable);
}

TEST_CASE("a range that is not understood, or is several, means the whole") {
  for (const char* field :
       {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=4-2", "bytes=0-1,3-4", "lines=0-1",
        "bytes=0x1-2", "bytes=+1-2", "bytes=1-2-3", "bytes=1 - 2"}) {
    CAPTURE(field);
    const ByteRange range = parse_byte_range(field, 10);
    CHECK(range.kind == ByteRange::Kind::whole);
    CHECK(range.length == 10);
  }
}

constexpr std::time_t kModified = 784111777;  // the example of RFC 9110 section 5.6.7

Precondition evaluate(std::string_view name, std::string_view value) {
  return evaluate_preconditions(head_of("GET", "/", {{name, value}}), {"\"tag\"", kModified});
}

TEST_CASE("a date is read in each of its three forms") {
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == kModified);
  CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == kModified);
  CHECK(parse_http_date("Sun Nov  6 08:49:37 1994") == kModified);
  CHECK(parse_http_date(format_http_date(kModified)) == kModified);
  CHECK(parse_http_date("Thu, 29 Feb 2024 00:00:00 GMT") == 1709164800);
  CHECK(parse_http_date("Friday, 01-Jan-38 00:00:00 GMT") == 2145916800);
}

TEST_CASE("what is no date is not read") {
  for (const char* text :
       {"Sun, 06 Nov -994 08:49:37 GMT", "Sunday, 06-Nov--4 08:49:37 GMT", "", "yesterday",
        "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT!",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nox 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "784111777"}) {
    CAPTURE(text);
    CHECK(parse_http_date(text) == std::nullopt);
  }
}

TEST_CASE("If-None-Match compares weakly with each tag of the list") {
  for (const char* tags : {"\"tag\"", "W/\"tag\"", "\"a,b\", \"tag\"", "*"}) {
    CAPTURE(tags);
    CHECK(evaluate("If-None-Match", tags) == Precondition::not_modified);
  }
  for (const char* tags : {"\"other\"", "tag", "\"x,\"tag\"", "\"TAG\""}) {
    CAPTURE(tags);
    CHECK(evaluate("If-None-Match", tags) == Precondition::pass);
  }
}

TEST_CASE("If-Match compares strongly") {
  CHECK(evaluate("If-Match", "\"tag\"") == Precondition::pass);
  CHECK(evaluate("If-Match", "*") == Precondition::pass);
  CHECK(evaluate("If-Match", "W/\"tag\"") == Precondition::failed);
  CHECK(evaluate("If-Match", "\"other\"") == Precondition::failed);
}

TEST_CASE("conditions on dates compare seconds, and one that is no date is ignored") {
  CHECK(evaluate("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT") ==
        Precondition::not_modified);
  CHECK(evaluate("If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT") == Precondition::pass);
  CHECK(evaluate("If-Modified-Since", "nonsense") == Precondition::pass);
  CHECK(evaluate("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT") == Precondition::pass);
  CHECK(evaluate("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:36 GMT") == Precondition::failed);
}

TEST_CASE("tags go before dates") {
  const auto head = head_of(
      "GET", "/",
      {{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}, {"If-None-Match", "\"other\""}});
  CHECK(evaluate_preconditions(head, {"\"tag\"", kModified}) == Precondition::pass);
}

TEST_CASE("If-Range lets a range pass only for the very same representation") {
  const auto applies = [](std::string_view value, std::time_t now) {
    return range_applies(head_of("GET", "/", {{"If-Range", value}}), {"\"tag\"", kModified}, now);
  };
  const std::time_t later = kModified + 10;
  CHECK(applies("\"tag\"", later));
  CHECK(applies("Sun, 06 Nov 1994 08:49:37 GMT", later));
  CHECK_FALSE(applies("Sun, 06 Nov 1994 08:49:37 GMT", kModified));
  CHECK_FALSE(applies("Sun, 06 Nov 1994 08:49:38 GMT", later));
  CHECK_FALSE(applies("W/\"tag\"", later));
  CHECK_FALSE(applies("\"other\"", later));
  CHECK_FALSE(applies("nonsense", later));
  CHECK(range_applies(head_of("GET", "/"), {"\"tag\"", kModified}, later));
}

}  // namespace
}  // namespace tuber::http
