// The chunked coding: valid and malformed bodies, split into pieces in every way, and limits.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "http/chunked_decoder.hpp"
#include "http_feeding.hpp"

using namespace std::string_literals;
using tuber::http::ChunkedDecoder;
using tuber::http::Limits;
using tuber::http::Outcome;
using tuber::http::testing::every_offset;
using tuber::http::testing::feed_body;
using tuber::http::testing::SeenBody;

namespace {

// Decodes the message as a whole, byte by byte, and split at every offset. Checks that the result
// is always the same and returns it.
SeenBody decode_every_way(const std::string& message, const Limits& limits = {}) {
  ChunkedDecoder decoder(limits);
  const SeenBody whole = feed_body(decoder, message, {});
  CHECK(feed_body(decoder, message, every_offset(message.size())) == whole);
  for (std::size_t cut = 1; cut < message.size(); ++cut) {
    INFO("cut at ", cut);
    CHECK(feed_body(decoder, message, {cut}) == whole);
  }
  return whole;
}

struct Valid {
  std::string name;
  std::string message;
  std::string body;
};

const std::vector<Valid> kValid = {
    {"empty", "0\r\n\r\n", ""},
    {"one chunk", "3\r\nabc\r\n0\r\n\r\n", "abc"},
    {"several chunks", "3\r\nabc\r\n1\r\nd\r\n2\r\nef\r\n0\r\n\r\n", "abcdef"},
    {"hexadecimal in both cases", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
     "01234567890123456789"},
    {"leading zeros", "00000000000000000000003\r\nabc\r\n000\r\n\r\n", "abc"},
    {"any byte as content", "6\r\n\r\n0\0\xff\n\r\n0\r\n\r\n"s, "\r\n0\0\xff\n"s},
    {"content that looks like an end", "5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n"},
    {"extension", "3;a=b\r\nabc\r\n0;last\r\n\r\n", "abc"},
    {"extension, quoted, with white space", "3 \t; a = \"b;c\" \r\nabc\r\n0\r\n\r\n", "abc"},
    {"trailers", "1\r\na\r\n0\r\nX: 1\r\nContent-Length: 7\r\nY:\r\n\r\n", "a"},
};

struct Malformed {
  std::string name;
  std::string message;
  int status;
  std::size_t offset;
};

const std::vector<Malformed> kMalformed = {
    {"no size", "\r\nabc", 400, 0},
    {"space before the size", " 3\r\nabc", 400, 0},
    {"negative size", "-3\r\nabc", 400, 0},
    {"size with plus", "+3\r\nabc", 400, 0},
    {"size with prefix", "0x3\r\nabc", 400, 0},
    {"size with other letter", "3g\r\nabc", 400, 0},
    {"space after the size", "3 \r\nabc", 400, 0},
    {"two sizes", "3 3\r\nabc", 400, 0},
    {"extension only", ";a\r\nabc", 400, 0},
    {"NUL in an extension", "3;a\0\r\nabc"s, 400, 0},
    {"CR in an extension", "3;a\rb\r\nabc", 400, 0},
    {"LF in an extension", "3;a\nb\r\nabc", 400, 0},
    {"extension not ASCII", "3;\xc3\xa4\r\nabc", 400, 0},
    {"bare LF after the size", "3\nabc\r\n0\r\n\r\n", 400, 0},
    {"CR CR LF after the size", "3\r\r\nabc", 400, 0},
    {"more content than announced", "3\r\nabcd\r\n0\r\n\r\n", 400, 6},
    {"less content than announced", "3\r\nab\r\n0\r\n\r\n", 400, 6},
    {"bare LF after the content", "3\r\nabc\n0\r\n\r\n", 400, 6},
    {"bare CR after the content", "3\r\nabc\r0\r\n\r\n", 400, 6},
    {"nothing after the content", "3\r\nabc0\r\n\r\n", 400, 6},
    {"size of 2^64", "10000000000000000\r\n", 413, 0},
    {"size of 2^64 + 3", "10000000000000003\r\nabc", 413, 0},
    {"size of 40 digits", std::string(40, 'f') + "\r\n", 413, 0},
    {"size beyond the limit", "4000001\r\n", 413, 0},
    {"sizes that overflow together", "1\r\na\r\nffffffffffffffff\r\n", 413, 6},
    {"trailer with space before the colon", "0\r\nX : 1\r\n\r\n", 400, 3},
    {"trailer without colon", "0\r\nX: 1\r\nY\r\n\r\n", 400, 9},
    {"trailer without name", "0\r\n: 1\r\n\r\n", 400, 3},
    {"folded trailer", "0\r\nX: 1\r\n 2\r\n\r\n", 400, 9},
    {"control character in a trailer", "0\r\nX: a\x07\r\n\r\n", 400, 3},
    {"bare CR in a trailer", "0\r\nX: a\rb\r\n\r\n", 400, 3},
    {"bare LF after a trailer", "0\r\nX: 1\n\r\n", 400, 3},
    {"bare LF at the end", "0\r\n\n", 400, 3},
};

void check_refused(const SeenBody& seen, int status) {
  CHECK(seen.outcome == Outcome::fault);
  CHECK(seen.fault.status == status);
}

}  // namespace

TEST_CASE("a well-formed chunked body is decoded, however it is split") {
  for (const Valid& valid : kValid) {
    INFO(valid.name);
    const SeenBody expected{Outcome::complete, {}, valid.message.size(), valid.body};
    CHECK(decode_every_way(valid.message) == expected);
    CHECK(decode_every_way(valid.message + "GET / HTTP/1.1\r\n") == expected);
  }
}

TEST_CASE("a malformed chunked body is refused, however it is split") {
  for (const Malformed& malformed : kMalformed) {
    INFO(malformed.name);
    const SeenBody seen = decode_every_way(malformed.message);
    check_refused(seen, malformed.status);
    CHECK(seen.fault.offset == malformed.offset);
    CHECK_FALSE(seen.fault.reason.empty());
  }
}

TEST_CASE("an incomplete chunked body is consumed and needs more") {
  const std::string message = "3;x\r\nabc\r\n1\r\nd\r\n0\r\nX: 1\r\n\r\n";
  for (std::size_t size = 0; size < message.size(); ++size) {
    const SeenBody seen = decode_every_way(message.substr(0, size));
    CHECK(seen.outcome == Outcome::need_more);
    CHECK(seen.consumed == size);
  }
}

TEST_CASE("the content may be as large as the body limit and no larger") {
  Limits limits;
  limits.body = 5;
  CHECK(decode_every_way("4\r\nabcd\r\n0\r\n\r\n", limits).body == "abcd");
  CHECK(decode_every_way("5\r\nabcde\r\n0\r\n\r\n", limits).body == "abcde");
  CHECK(decode_every_way("4\r\nabcd\r\n1\r\ne\r\n0\r\n\r\n", limits).body == "abcde");
  check_refused(decode_every_way("6\r\n", limits), 413);
  check_refused(decode_every_way("4\r\nabcd\r\n2\r\n", limits), 413);
}

TEST_CASE("a size line may be as long as its limit and no longer") {
  Limits limits;
  limits.chunk_line = 6;
  CHECK(decode_every_way("1;ext\r\na\r\n0\r\n\r\n", limits).body == "a");
  CHECK(decode_every_way("1;exte\r\na\r\n0\r\n\r\n", limits).body == "a");
  check_refused(decode_every_way("1;exten\r\na\r\n0\r\n\r\n", limits), 400);
  check_refused(decode_every_way("1;exten", limits), 400);
  CHECK(decode_every_way("1;exte\r", limits).outcome == Outcome::need_more);
}

TEST_CASE("trailers have the limits of the fields of a head") {
  Limits limits;
  limits.fields = 2;
  CHECK(decode_every_way("0\r\nA: 1\r\nB: 2\r\n\r\n", limits).outcome == Outcome::complete);
  check_refused(decode_every_way("0\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", limits), 431);

  limits.fields = 100;
  limits.head = 14;
  CHECK(decode_every_way("0\r\nA: 1\r\nB: 234\r\n\r\n", limits).outcome == Outcome::complete);
  CHECK(decode_every_way("0\r\nA: 1\r\nB: 23456\r\n\r\n", limits).outcome == Outcome::complete);
  check_refused(decode_every_way("0\r\nA: 1\r\nB: 234567\r\n\r\n", limits), 431);
  check_refused(decode_every_way("0\r\nA: 1\r\nB: 23456\r\nC", limits), 431);
}

TEST_CASE("no memory is allocated for content that was only announced") {
  ChunkedDecoder decoder{Limits{}};
  std::string body;
  CHECK(decoder.decode("4000000\r\nabc", body) == Outcome::need_more);
  CHECK(body == "abc");
  CHECK(body.capacity() < 1024);
}

TEST_CASE("content is appended to the body") {
  ChunkedDecoder decoder{Limits{}};
  std::string body = "before";
  CHECK(decoder.decode("1\r\na\r\n0\r\n\r\n", body) == Outcome::complete);
  CHECK(body == "beforea");
}
