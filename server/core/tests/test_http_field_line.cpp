// Field lines of a head: names and values of every shape, and all that is none.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "http_heads.hpp"

using namespace std::string_literals;
using namespace tuber::http::testing;
using tuber::http::Outcome;

namespace {

std::vector<ValidHead> valid_field_lines() {
  return {
      {"empty value", posting("X-Empty:\r\n"), post({{"X-Empty", ""}})},
      {"blank value", posting("X-Blank: \t \r\n"), post({{"X-Blank", ""}})},
      {"white space within a value", posting("X: \t a \t b \t\r\n"), post({{"X", "a \t b"}})},
      {"colons in a value", posting("X: :a:b\r\n"), post({{"X", ":a:b"}})},
      {"opaque bytes in a value", posting("X: \x80\xff\xc3\xa4\r\n"),
       post({{"X", "\x80\xff\xc3\xa4"}})},
      {"name of marks", posting("!#$%&'*+-.^_`|~: 1\r\n"), post({{"!#$%&'*+-.^_`|~", "1"}})},
  };
}

std::vector<MalformedHead> malformed_field_lines() {
  return {
      bad_lines("space before the colon", "X : 1\r\n", 1),
      bad_lines("tab before the colon", "X\t: 1\r\n", 1),
      bad_lines("space in a name", "X Y: 1\r\n", 1),
      bad_lines("empty name", ": 1\r\n"),
      bad_lines("no colon", "X\r\n", 1),
      bad_lines("folded with a space", "X: 1\r\n 2\r\n", 6),
      bad_lines("folded with a tab", "X: 1\r\n\t2\r\n", 6),
      bad_lines("white space only", " \r\n"),
      {"white space before the first field", "GET / HTTP/1.1\r\n Host: board\r\n\r\n", 400, 16},
      bad_lines("name not ASCII", "X\xc3\xa4: 1\r\n", 1),
      bad_lines("name with slash", "X/Y: 1\r\n", 1),
      bad_lines("name with bracket", "(X): 1\r\n"),
      bad_lines("NUL in a name", "X\0: 1\r\n"s, 1),
      bad_lines("NUL in a value", "X: a\0b\r\n"s, 4),
      bad_lines("bell in a value", "X: a\x07\r\n", 4),
      bad_lines("DEL in a value", "X: a\x7f\r\n", 4),
      bad_lines("vertical tab in a value", "X: a\vb\r\n", 4),
      bad_lines("bare CR in a value", "X: a\rb\r\n", 4),
      bad_lines("bare LF in a value", "X: a\nY: b\r\n", 4),
      bad_lines("CR CR LF", "X: a\r\r\n", 4),
      {"bare LF at the end", "GET / HTTP/1.1\r\nHost: board\r\n\n", 400, 29},
      {"LF CR at the end", "GET / HTTP/1.1\r\nHost: board\r\n\n\r", 400, 29},
      {"CR without LF at the end", "GET / HTTP/1.1\r\nHost: board\r\n\rX", 400, 29},
  };
}

}  // namespace

TEST_CASE("a well-formed field line is read, trimmed and otherwise as it was sent") {
  check_valid(valid_field_lines());
}

TEST_CASE("a malformed field line is refused") {
  check_malformed(malformed_field_lines());
}

TEST_CASE("every control character but HTAB is refused, in names, values and targets") {
  for (int byte = 0; byte < 256; ++byte) {
    const bool control = (byte < 0x20 && byte != '\t') || byte == 0x7f;
    const std::string c(1, static_cast<char>(byte));
    CAPTURE(byte);
    const SeenHead in_value = parse_every_way(posting("X-Long-Enough: a" + c + "bcdefghijkl\r\n"));
    CHECK((in_value.outcome == Outcome::fault) == control);
    const bool in_token = !control && byte < 0x7f && byte > 0x20 &&
                          "\"(),/:;<=>?@[\\]{}"s.find(c) == std::string::npos;
    const SeenHead in_name = parse_every_way(posting("a" + c + "b: 1\r\n"));
    CHECK((in_name.outcome == Outcome::complete) == (in_token || c == ":"));
    const SeenHead in_method = parse_every_way(requesting("a" + c + " / HTTP/1.1"));
    CHECK((in_method.outcome == Outcome::complete) == in_token);
    const SeenHead in_target = parse_every_way(requesting("GET /" + c + " HTTP/1.1"));
    const bool in_uri =
        !control && byte < 0x7f && byte > 0x20 && "\"#<>\\^`{|}"s.find(c) == std::string::npos;
    CHECK((in_target.outcome == Outcome::complete) == in_uri);
  }
}
