// The word-wise search for control characters, against the plain definition.
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "http/characters.hpp"

using tuber::http::equals_ignoring_case;
using tuber::http::find_control;
using tuber::http::trim;

TEST_CASE("a control character is found at every place, whatever stands before and behind it") {
  for (const char neighbour : {'a', ' ', '\t', '~', '\x80', '\xff'}) {
    for (int byte = 0; byte < 256; ++byte) {
      const bool control = (byte < 0x20 && byte != '\t') || byte == 0x7f;
      for (std::size_t place = 0; place < 20; ++place) {
        std::string text(20, neighbour);
        text[place] = static_cast<char>(byte);
        if (find_control(text, 0) != (control ? place : text.size())) {
          CAPTURE(byte);
          CAPTURE(place);
          FAIL("not found where it is, or found where it is not");
        }
      }
    }
  }
}

TEST_CASE("the search begins where it is told to and finds the first") {
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
