// Which texts are JSON, and the offset of each fault.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <string_view>

#include "json/limits.hpp"
#include "json/reader.hpp"
#include "json/scan.hpp"

namespace tuber::json {
namespace {

bool skip_value(Reader& reader) {
  Value value;
  if (!reader.value(value)) return false;
  const bool object = value.kind == Kind::object;
  if (!object && value.kind != Kind::array) return true;
  for (bool first = true; object ? reader.name(first, value) : reader.more(first); first = false) {
    if (!skip_value(reader)) return false;
  }
  return !reader.failed();
}

// The fault of a text; empty if it has none.
Fault fault_of(std::string_view text) {
  Reader reader(text);
  if (skip_value(reader) && reader.finish()) return {};
  return reader.fault();
}

Value scalar(std::string_view text, Reader& reader) {
  reader = Reader(text);
  Value value;
  REQUIRE(reader.value(value));
  REQUIRE(reader.finish());
  return value;
}

TEST_CASE("texts of RFC 8259 are accepted") {
  for (const std::string_view text :
       {"null", " [ 1 , 2 ] ", "{\"a\":{\"\":[]}}", "\t\r\n-0", "[0e1,1E+2,123e-65,-1.5e-3]", "{}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\"", "\"\\uD83D\\ude00\"", "\"\xf4\x8f\xbf\xbf\"",
        "\"\x7f\""}) {
    CAPTURE(text);
    CHECK(fault_of(text).text == "");
  }
}

TEST_CASE("a fault has the offset of what was not expected") {
  const auto check = [](std::string_view text, std::size_t offset, std::string_view fault) {
    CAPTURE(text);
    const Fault found = fault_of(text);
    CHECK(found.offset == offset);
    CHECK(found.text.find(fault) != std::string::npos);
  };
  check("", 0, "expected a value, came the end of the text");
  check("[1,]", 3, "expected a value, came ']'");
  check("[1 2]", 3, "expected ',' or ']', came '2'");
  check("{\"a\" 1}", 5, "expected ':'");
  check("{a:1}", 1, "expected a member's name in quotation marks, came 'a'");
  check("{\"a\":1,}", 7, "expected a member's name");
  check("1 x", 2, "expected nothing after the value");
  check("01", 1, "expected no digit after a leading zero");
  check("-", 1, "expected a digit");
  check("1.", 2, "expected a digit");
  check("1e+", 3, "expected a digit");
  check("nul", 0, "expected a value");
  check("[1e400]", 1, "too large");
  check("\"\\u12g4\"", 5, "4 hexadecimal digits");
  check("\"\\x\"", 2, "one of");
  check("\"ab\n\"", 3, "control character, came byte 0x0a");
  check("\"ab", 3, "'\"' at the end of a string");
  check("\"\\ud800\"", 1, "lone surrogate");
  check("\"\\udc00\\ud800\"", 1, "lone surrogate");
  check("\"\\ud800\\u0041\"", 1, "lone surrogate");
  check("\"a\xff\"", 2, "invalid UTF-8");
  check("\"\\n\xc0\x80\"", 3, "invalid UTF-8");
  check(
      "\xef\xbb\xbf"
      "1",
      0, "byte 0xef");
}

TEST_CASE("overlong, surrogate and cut off UTF-8 is invalid") {
  for (const std::string_view text :
       {"\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\x80", "\xc3("}) {
    CHECK(find_invalid_utf8("ab" + std::string(text)) == 2);
  }
  CHECK(find_invalid_utf8("\xc2\x80\xe0\xa0\x80\xed\x9f\xbf\xf0\x90\x80\x80") == 12);
}

TEST_CASE("numbers") {
  Reader reader("");
  CHECK(scalar("-999999999999999999", reader).integer == -999999999999999999);
  CHECK(scalar("1234567890123456789", reader).kind == Kind::long_integer);
  CHECK(scalar("-1234567890123456789", reader).text == "-1234567890123456789");
  CHECK(scalar("2.5", reader).real == 2.5);
  CHECK(scalar("1e-999", reader).real == 0);
  CHECK(std::signbit(scalar("-1e-99999999999999999999", reader).real));
  CHECK(scalar("0e99999999999999999999", reader).real == 0);
  CHECK(fault_of("1e99999999999999999999").text != "");
  CHECK(fault_of(std::string(kMaxDigits, '9')).text == "");
  CHECK(fault_of(std::string(kMaxDigits + 1, '9')).text != "");
}

TEST_CASE("nesting is limited") {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  CHECK(fault_of(nested(kMaxNesting)).text == "");
  CHECK(fault_of(nested(kMaxNesting + 1)).offset == kMaxNesting);
  CHECK(fault_of(std::string(1'000'000, '[')).offset == kMaxNesting);
}

TEST_CASE("each character that needs an escape is found at each place") {
  for (std::size_t length = 0; length < 150; ++length) {
    for (const char special : {'"', '\\', '\x1f', '\0'}) {
      for (std::size_t place = 0; place <= length; ++place) {
        std::string text(length, 'a');
        if (place > 2) text[place - 2] = '\x80';
        if (place < length) text[place] = special;
        const char* const begin = text.data();
        for (const Run run :
             {find_escape(begin, begin + length), find_escape_by_words(begin, begin + length)}) {
          REQUIRE(run.end == begin + place);
          REQUIRE(run.ascii == (place <= 2));
        }
      }
    }
  }
}

}  // namespace
}  // namespace tuber::json
