// Framing, Host, persistence and expectations of a request head.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "http_heads.hpp"

using namespace std::string_literals;
using namespace tuber::http::testing;
using tuber::http::Limits;
using tuber::http::Outcome;

namespace {

std::vector<ValidHead> valid_in_http11() {
  return {
      {"length", with_fields("Content-Length: 17\r\n"),
       with_length(post({{"Content-Length", "17"}}), 17)},
      {"length 0", with_fields("content-length:0\r\n"),
       with_length(post({{"content-length", "0"}}), 0)},
      {"length with zeros", with_fields("Content-Length: 0017\r\n"),
       with_length(post({{"Content-Length", "0017"}}), 17)},
      {"length repeated", with_fields("Content-Length: 5\r\nContent-Length: 5\r\n"),
       with_length(post({{"Content-Length", "5"}, {"Content-Length", "5"}}), 5)},
      {"length list", with_fields("Content-Length: 5, 05 ,5\r\n"),
       with_length(post({{"Content-Length", "5, 05 ,5"}}), 5)},
      {"chunked", with_fields("Transfer-Encoding: chunked\r\n"),
       chunked(post({{"Transfer-Encoding", "chunked"}}))},
      {"chunked in other case", with_fields("TRANSFER-ENCODING:\t cHUNKED \t\r\n"),
       chunked(post({{"TRANSFER-ENCODING", "cHUNKED"}}))},
      {"close", with_fields("Connection: close\r\n"), closed(post({{"Connection", "close"}}))},
      {"close in a list", with_fields("Connection: TE,\t Close \r\n"),
       closed(post({{"Connection", "TE,\t Close"}}))},
      {"close in the second field", with_fields("Connection: keep-alive\r\nConnection: close\r\n"),
       closed(post({{"Connection", "keep-alive"}, {"Connection", "close"}}))},
      {"close as a part of an option", with_fields("Connection: closed, no-close\r\n"),
       post({{"Connection", "closed, no-close"}})},
      {"empty list members", with_fields("Connection: ,, close,\r\n"),
       closed(post({{"Connection", ",, close,"}}))},
      {"expectation", with_fields("Expect: 100-Continue\r\nContent-Length: 1\r\n"),
       expecting_continue(
           with_length(post({{"Expect", "100-Continue"}, {"Content-Length", "1"}}), 1))},
      {"expectation, chunked",
       with_fields("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n"),
       expecting_continue(
           chunked(post({{"Expect", "100-continue"}, {"Transfer-Encoding", "chunked"}})))},
      {"expectation without content", with_fields("Expect: 100-continue\r\n"),
       post({{"Expect", "100-continue"}})},
      {"framing's names as a part of others",
       with_fields("X-Content-Length: x\r\nContent-Lengths: y\r\nTransfer_Encoding: z\r\n"),
       post({{"X-Content-Length", "x"}, {"Content-Lengths", "y"}, {"Transfer_Encoding", "z"}})},
  };
}

std::vector<ValidHead> valid_in_http10() {
  return {
      {"1.0", "GET / HTTP/1.0\r\n\r\n", http10(head("GET", "/", {}, "", ""))},
      {"1.0 with Host", "GET / HTTP/1.0\r\nHost: board\r\n\r\n",
       http10(head("GET", "/", {{"Host", "board"}}))},
      {"1.0 kept", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
       kept_alive(http10(head("GET", "/", {{"Connection", "Keep-Alive"}}, "", "")))},
      {"1.0 kept, in the first field",
       "GET / HTTP/1.0\r\nConnection: keep-alive\r\nConnection: TE\r\n\r\n",
       kept_alive(
           http10(head("GET", "/", {{"Connection", "keep-alive"}, {"Connection", "TE"}}, "", "")))},
      {"1.0 kept and closed", "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
       http10(head("GET", "/", {{"Connection", "keep-alive, close"}}, "", ""))},
      {"1.0 with length", "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\n",
       with_length(http10(head("POST", "/", {{"Content-Length", "2"}}, "", "")), 2)},
      {"1.0 can't expect", "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
       with_length(
           http10(head("POST", "/", {{"Expect", "100-continue"}, {"Content-Length", "2"}}, "", "")),
           2)},
  };
}

std::vector<MalformedHead> malformed_framing() {
  return {
      bad_fields("chunked and length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", 28),
      bad_fields("length and chunked", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 19),
      bad_fields("length 0 and chunked", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", 19),
      bad_fields("lengths that differ", "Content-Length: 5\r\nContent-Length: 6\r\n", 19),
      bad_fields("list of lengths that differ", "Content-Length: 5, 6\r\n"),
      bad_fields("list with an empty length", "Content-Length: 5,,5\r\n"),
      bad_fields("list that ends empty", "Content-Length: 5,\r\n"),
      bad_fields("empty length", "Content-Length:\r\n"),
      bad_fields("negative length", "Content-Length: -1\r\n"),
      bad_fields("length with plus", "Content-Length: +5\r\n"),
      bad_fields("hexadecimal length", "Content-Length: 0x5\r\n"),
      bad_fields("length with a space", "Content-Length: 1 0\r\n"),
      bad_fields("length with a fraction", "Content-Length: 5.0\r\n"),
      bad_fields("length with an underscore", "Content-Length: 1_0\r\n"),
      bad_fields("quoted length", "Content-Length: \"5\"\r\n"),
      bad_fields("length beyond the limit", "Content-Length: 67108865\r\n", 0, 413),
      bad_fields("length of 2^64 - 1", "Content-Length: 18446744073709551615\r\n", 0, 413),
      bad_fields("length of 2^64 + 5", "Content-Length: 18446744073709551621\r\n", 0, 413),
      bad_fields("length of 40 digits", "Content-Length: " + std::string(40, '9') + "\r\n", 0, 413),
      bad_fields("coding gzip", "Transfer-Encoding: gzip\r\n"),
      bad_fields("coding identity", "Transfer-Encoding: identity\r\n"),
      bad_fields("coding gzip, chunked", "Transfer-Encoding: gzip, chunked\r\n"),
      bad_fields("coding chunked, chunked", "Transfer-Encoding: chunked, chunked\r\n"),
      bad_fields("coding chunked, identity", "Transfer-Encoding: chunked, identity\r\n"),
      bad_fields("coding with parameter", "Transfer-Encoding: chunked;q=1\r\n"),
      bad_fields("quoted coding", "Transfer-Encoding: \"chunked\"\r\n"),
      bad_fields("misspelled coding", "Transfer-Encoding: xchunked\r\n"),
      bad_fields("empty coding", "Transfer-Encoding:\r\n"),
      bad_fields("coding with opaque byte", "Transfer-Encoding: chunked\xa0\r\n"),
      bad_fields("two codings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 28),
      {"coding in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, 17},
      bad_fields("other expectation", "Expect: 200-ok\r\n", 0, 417),
      bad_fields("two expectations", "Expect: 100-continue, x\r\n", 0, 417),
      bad_fields("empty expectation", "Expect:\r\n", 0, 417),
  };
}

std::vector<MalformedHead> repeated_types() {
  return {
      bad_fields("two types", "Content-Type: text/plain\r\ncontent-type: application/json\r\n", 26),
      bad_fields("one type twice", "Content-Type: a/b\r\nContent-Type: a/b\r\n", 19),
  };
}

std::vector<MalformedHead> missing_and_repeated_hosts() {
  return {
      {"no Host", "GET / HTTP/1.1\r\n\r\n", 400, 16},
      {"no Host, absolute target", "GET http://board/ HTTP/1.1\r\n\r\n", 400, 28},
      {"two Hosts", with_fields("Host: board\r\n"), 400, kFieldsOffset},
      {"two Hosts in 1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400, 25},
  };
}

}  // namespace

TEST_CASE("framing, persistence and expectations are read from an HTTP/1.1 head") {
  check_valid(valid_in_http11());
}

TEST_CASE("HTTP/1.0 closes by default, needs no Host and has no expectations") {
  check_valid(valid_in_http10());
}

TEST_CASE("ambiguous framing and unknown expectations are refused") {
  check_malformed(malformed_framing());
}

TEST_CASE("more than one Content-Type is refused") {
  CHECK(parse_every_way(with_fields("Content-Type: a/b\r\n")).outcome == Outcome::complete);
  check_malformed(repeated_types());
}

TEST_CASE("HTTP/1.1 needs exactly one Host") {
  check_malformed(missing_and_repeated_hosts());
}

TEST_CASE("Content-Length may be as large as the body limit and no larger") {
  Limits limits;
  limits.body = 1000;
  CHECK(parse_every_way(with_fields("Content-Length: 999\r\n"), limits).content_length == 999);
  CHECK(parse_every_way(with_fields("Content-Length: 1000\r\n"), limits).content_length == 1000);
  CHECK(parse_every_way(with_fields("Content-Length: 1001\r\n"), limits).fault.status == 413);
  SUBCASE("also when the limit is the largest number") {
    limits.body = std::numeric_limits<std::uint64_t>::max();
    const std::string too_large = "Content-Length: 18446744073709551621\r\n";
    CHECK(parse_every_way(with_fields(too_large), limits).fault.status == 413);
  }
}
