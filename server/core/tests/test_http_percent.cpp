// Percent-decoding of paths: decoded exactly once, or refused.
#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "http/percent.hpp"

using namespace std::string_literals;
using tuber::http::percent_decode;

TEST_CASE("well-formed escapes are decoded once") {
  CHECK(percent_decode("") == "");
  CHECK(percent_decode("/plain/path.html") == "/plain/path.html");
  CHECK(percent_decode("/a%20b") == "/a b");
  CHECK(percent_decode("%2f%2F") == "//");
  CHECK(percent_decode("/%2e%2E/x") == "/../x");
  CHECK(percent_decode("%C3%A4") == "\xc3\xa4");
  CHECK(percent_decode("%ff\xff") == "\xff\xff");
  CHECK(percent_decode("a+b") == "a+b");
  CHECK(percent_decode("%2541") == "%41");
  CHECK(percent_decode("%25") == "%");
}

TEST_CASE("malformed escapes are refused") {
  for (const std::string path : {"%", "%4", "/a%", "/a%2", "%zz", "%4g", "%g4", "%%41", "% 41",
                                 "%-1", "%+1", "%u0041", "%0x41"}) {
    CAPTURE(path);
    CHECK(percent_decode(path) == std::nullopt);
  }
}

TEST_CASE("NUL is refused, escaped or not") {
  CHECK(percent_decode("/a%00.html") == std::nullopt);
  CHECK(percent_decode("/a\0.html"s) == std::nullopt);
}
