// The reader gives the same requests however the bytes are cut.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "serve/request_reader.hpp"

using tuber::http::Limits;
using tuber::http::Outcome;
using tuber::serve::RequestReader;

namespace {

using Requests = std::vector<std::pair<std::string, std::string>>;  // target and body

// Feeds the bytes in pieces of at most `cut`; adds {"fault", status} at a fault.
Requests read_all(std::string_view bytes, std::size_t cut, const Limits& limits = {}) {
  RequestReader reader(limits);
  Requests requests;
  for (;;) {
    Outcome outcome = reader.examine();
    while (outcome == Outcome::need_more) {
      if (bytes.empty()) return requests;
      const auto space = reader.space();
      const std::size_t count = std::min({bytes.size(), cut, space.size()});
      REQUIRE(count > 0);
      std::memcpy(space.data(), bytes.data(), count);
      bytes.remove_prefix(count);
      outcome = reader.received(count);
    }
    if (outcome == Outcome::fault) {
      requests.emplace_back("fault", std::to_string(reader.fault().status));
      return requests;
    }
    const tuber::serve::Request request = reader.request();
    requests.emplace_back(request.head.target, request.body);
    reader.next();
  }
}

std::string post(const std::string& target, const std::string& body) {
  return "POST " + target +
         " HTTP/1.1\r\nHost: b\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

std::string chunked(const std::string& target, const std::string& body) {
  std::string bytes =
      "POST " + target + " HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += 15) {
    const std::string piece = body.substr(at, 15);
    bytes += std::string(1, "0123456789abcdef"[piece.size()]) + "\r\n" + piece + "\r\n";
  }
  return bytes + "0\r\n\r\n";
}

Outcome feed(RequestReader& reader, std::string_view bytes) {
  std::memcpy(reader.space().data(), bytes.data(), bytes.size());
  return reader.received(bytes.size());
}

}  // namespace

TEST_CASE("every cut gives the same requests") {
  const std::string large(80'000, 'L');
  const std::string middle(40'000, 'M');
  const std::string bytes = post("/a", "one") + "GET /b HTTP/1.1\r\nHost: b\r\n\r\n" +
                            post("/large", large) + chunked("/chunked", middle) +
                            post("/middle", middle) + post("/empty", "") + post("/z", "last");
  const Requests expected{{"/a", "one"},        {"/b", ""},          {"/large", large},
                          {"/chunked", middle}, {"/middle", middle}, {"/empty", ""},
                          {"/z", "last"}};
  for (const std::size_t cut : {1, 2, 3, 7, 64, 1'000, 4'096, 65'536, 1'000'000}) {
    CAPTURE(cut);
    CHECK(read_all(bytes, cut) == expected);
  }
}

TEST_CASE("requests before a fault are read, none after it") {
  const std::string bytes = post("/a", "one") + "nonsense\r\n\r\n" + post("/b", "two");
  for (const std::size_t cut : {1, 5, 1'000}) {
    CHECK(read_all(bytes, cut) == Requests{{"/a", "one"}, {"fault", "400"}});
  }
}

TEST_CASE("a head over its limit is a fault, never a lack of space") {
  Limits limits;
  const std::string head = "GET / HTTP/1.1\r\nHost: b\r\nX: " + std::string(limits.head, 'x');
  for (const std::size_t cut : {1'000, 1'000'000}) {
    CHECK(read_all(head, cut, limits) == Requests{{"fault", "431"}});
  }
}

TEST_CASE("with room for large heads, large bodies may come at once with theirs") {
  Limits limits;
  limits.head = 4 * 1024 * 1024;
  const std::string large(6'000'000, 'L');
  const std::string bytes = post("/large", large) + post("/z", "last");
  const Requests expected{{"/large", large}, {"/z", "last"}};
  for (const std::size_t cut : {4'096, 1'000'000, 100'000'000}) {
    CAPTURE(cut);
    CHECK(read_all(bytes, cut, limits) == expected);
  }
}

TEST_CASE("without a limit of bodies, the largest promise is still one of a body") {
  Limits limits;
  limits.body = std::numeric_limits<std::uint64_t>::max();
  const std::string bytes =
      "POST /a HTTP/1.1\r\nHost: b\r\nContent-Length: 18446744073709551614\r\n\r\n"
      "GET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n";
  CHECK(read_all(bytes, 1'000, limits).empty());
}

TEST_CASE("an empty line alone is no beginning of a request") {
  RequestReader reader{Limits{}};
  CHECK(feed(reader, "\r") == Outcome::need_more);
  CHECK_FALSE(reader.empty());
  CHECK(feed(reader, "\n") == Outcome::need_more);
  CHECK(reader.empty());
  SUBCASE("and is forgotten with the connection") {
    reader.clear();
    CHECK(feed(reader, "\r\nGET / HTTP/1.1\r\nHost: b\r\n\r\n") == Outcome::complete);
  }
  SUBCASE("and a second one is a fault, however they are cut") {
    CHECK(feed(reader, "\r\n") == Outcome::fault);
  }
  SUBCASE("and a request may follow") {
    CHECK(feed(reader, "GET /") == Outcome::need_more);
    CHECK_FALSE(reader.empty());
  }
}

TEST_CASE("the reader is empty between requests, and knows a head from a body") {
  RequestReader reader{Limits{}};
  CHECK(reader.empty());
  CHECK(
      feed(reader, "POST / HTTP/1.1\r\nHost: b\r\nContent-Length: 2\r\nExpect: 100-continue\r\n") ==
      Outcome::need_more);
  CHECK_FALSE(reader.empty());
  CHECK_FALSE(reader.in_body());
  CHECK_FALSE(reader.take_continue_due());
  CHECK(feed(reader, "\r\n") == Outcome::need_more);
  CHECK(reader.in_body());
  CHECK(reader.take_continue_due());
  CHECK_FALSE(reader.take_continue_due());
  CHECK(feed(reader, "ok") == Outcome::complete);
  reader.next();
  CHECK(reader.empty());
}
