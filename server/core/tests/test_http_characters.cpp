// The search for control characters, against the plain definition; case, white space,
// percent-decoding.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>

#include "http/characters.hpp"

using namespace std::string_literals;
using tuber::http::equals_ignoring_case;
using tuber::http::find_control;
using tuber::http::percent_decode;
using tuber::http::trim;

TEST_CASE("a control character is found at every offset, after and before any bytes") {
  for (const char neighbour : {'a', ' ', '\t', '~', '\x80', '\xff'}) {
    for (int byte = 0; byte < 256; ++byte) {
      const bool control = (byte < 0x20 && byte != '\t') || byte == 0x7f;
      for (std::size_t offset = 0; offset < 20; ++offset) {
        std::string text(20, neighbour);
        text[offset] = static_cast<char>(byte);
        if (find_control(text, 0) != (control ? offset : text.size())) {
          CAPTURE(byte);
          CAPTURE(offset);
          FAIL("wrong offset");
        }
      }
    }
  }
}

TEST_CASE("the search starts at the given offset and finds the first control character") {
  const std::string_view text = "ab\ncdefghijklmnop\nq\r";
  CHECK(find_control(text, 0) == 2);
  CHECK(find_control(text, 2) == 2);
  CHECK(find_control(text, 3) == 17);
  CHECK(find_control(text, 18) == 19);
  CHECK(find_control(text, 20) == text.size());
  CHECK(find_control("", 0) == 0);
}

TEST_CASE("case is ignored for ASCII letters only") {
  CHECK(equals_ignoring_case("Content-Length", "cONTENT-lENGTH"));
  CHECK_FALSE(equals_ignoring_case("host", "hosts"));
  CHECK_FALSE(equals_ignoring_case("@[", "`{"));
  CHECK_FALSE(equals_ignoring_case("\xc4", "\xe4"));
}

TEST_CASE("optional white space is space and tab") {
  CHECK(trim(" \t a b \t ") == "a b");
  CHECK(trim(" \t ") == "");
  CHECK(trim("\va\v") == "\va\v");
}

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
