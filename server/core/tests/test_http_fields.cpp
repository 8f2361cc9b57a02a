// Field lines of a head, looking up a field, elements of lists and their weights.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/fields.hpp"
#include "http_heads.hpp"

using namespace std::string_literals;
using namespace tuber::http;
using namespace tuber::http::testing;

namespace {

using Elements = std::vector<std::string>;

Elements elements_of(const std::vector<Field>& fields) {
  RequestHead head;
  head.fields = fields;
  Elements elements;
  for_each_element(head, "List", [&](std::string_view one) { elements.emplace_back(one); });
  return elements;
}

std::vector<ValidHead> valid_field_lines() {
  return {
      {"empty value", with_fields("X-Empty:\r\n"), post({{"X-Empty", ""}})},
      {"blank value", with_fields("X-Blank: \t \r\n"), post({{"X-Blank", ""}})},
      {"white space within a value", with_fields("X: \t a \t b \t\r\n"), post({{"X", "a \t b"}})},
      {"colons in a value", with_fields("X: :a:b\r\n"), post({{"X", ":a:b"}})},
      {"opaque bytes in a value", with_fields("X: \x80\xff\xc3\xa4\r\n"),
       post({{"X", "\x80\xff\xc3\xa4"}})},
      {"name of marks", with_fields("!#$%&'*+-.^_`|~: 1\r\n"), post({{"!#$%&'*+-.^_`|~", "1"}})},
  };
}

std::vector<MalformedHead> malformed_field_lines() {
  return {
      bad_fields("space before the colon", "X : 1\r\n", 1),
      bad_fields("tab before the colon", "X\t: 1\r\n", 1),
      bad_fields("space in a name", "X Y: 1\r\n", 1),
      bad_fields("empty name", ": 1\r\n"),
      bad_fields("no colon", "X\r\n", 1),
      bad_fields("folded with a space", "X: 1\r\n 2\r\n", 6),
      bad_fields("folded with a tab", "X: 1\r\n\t2\r\n", 6),
      bad_fields("white space only", " \r\n"),
      {"white space before the first field", "GET / HTTP/1.1\r\n Host: board\r\n\r\n", 400, 16},
      bad_fields("name not ASCII", "X\xc3\xa4: 1\r\n", 1),
      bad_fields("name with slash", "X/Y: 1\r\n", 1),
      bad_fields("name with bracket", "(X): 1\r\n"),
      bad_fields("NUL in a name", "X\0: 1\r\n"s, 1),
      bad_fields("NUL in a value", "X: a\0b\r\n"s, 4),
      bad_fields("bell in a value", "X: a\x07\r\n", 4),
      bad_fields("DEL in a value", "X: a\x7f\r\n", 4),
      bad_fields("vertical tab in a value", "X: a\vb\r\n", 4),
      bad_fields("bare CR in a value", "X: a\rb\r\n", 4),
      bad_fields("bare LF in a value", "X: a\nY: b\r\n", 4),
      bad_fields("CR CR LF", "X: a\r\r\n", 4),
      {"bare LF at the end", "GET / HTTP/1.1\r\nHost: board\r\n\n", 400, 29},
      {"LF CR at the end", "GET / HTTP/1.1\r\nHost: board\r\n\n\r", 400, 29},
      {"CR without LF at the end", "GET / HTTP/1.1\r\nHost: board\r\n\rX", 400, 29},
  };
}

}  // namespace

TEST_CASE("a well-formed field line is trimmed and otherwise unchanged") {
  check_valid(valid_field_lines());
}

TEST_CASE("a malformed field line is refused") {
  check_malformed(malformed_field_lines());
}

TEST_CASE("every control character except HTAB is refused, in names, values and targets") {
  for (int byte = 0; byte < 256; ++byte) {
    const bool control = (byte < 0x20 && byte != '\t') || byte == 0x7f;
    const std::string c(1, static_cast<char>(byte));
    CAPTURE(byte);
    const SeenHead in_value =
        parse_every_way(with_fields("X-Long-Enough: a" + c + "bcdefghijkl\r\n"));
    CHECK((in_value.outcome == Outcome::fault) == control);
    const bool in_token = !control && byte < 0x7f && byte > 0x20 &&
                          "\"(),/:;<=>?@[\\]{}"s.find(c) == std::string::npos;
    const SeenHead in_name = parse_every_way(with_fields("a" + c + "b: 1\r\n"));
    CHECK((in_name.outcome == Outcome::complete) == (in_token || c == ":"));
    const SeenHead in_method = parse_every_way(with_request_line("a" + c + " / HTTP/1.1"));
    CHECK((in_method.outcome == Outcome::complete) == in_token);
    const SeenHead in_target = parse_every_way(with_request_line("GET /" + c + " HTTP/1.1"));
    const bool in_uri =
        !control && byte < 0x7f && byte > 0x20 && "\"#<>\\^`{|}"s.find(c) == std::string::npos;
    CHECK((in_target.outcome == Outcome::complete) == in_uri);
  }
}

TEST_CASE("a field is found by name, ignoring case, the first of several") {
  RequestHead head;
  head.fields = {{"Accept", "a"}, {"accept", "b"}, {"X", ""}};
  CHECK(head.field("ACCEPT") == "a");
  CHECK(head.field("x") == "");
  CHECK(head.field("Accep") == std::nullopt);
  CHECK(head.field("Accepts") == std::nullopt);
  CHECK(head.field("") == std::nullopt);
}

TEST_CASE("elements of a list are trimmed, not empty, and read from all fields of the name") {
  CHECK(elements_of({}) == Elements{});
  CHECK(elements_of({{"List", ""}, {"list", ", \t,"}}) == Elements{});
  CHECK(elements_of({{"List", "a,, b c\t"}, {"Other", "x"}, {"LIST", " d"}}) ==
        Elements{"a", "b c", "d"});
  CHECK(elements_of({{"List", "\"a,b\", c"}}) == Elements{"\"a,b\"", "c"});
}

TEST_CASE("a weight is read in thousandths") {
  CHECK(weight_of("a;q=0") == 0);
  CHECK(weight_of("a;q=0.") == 0);
  CHECK(weight_of("a;q=0.000") == 0);
  CHECK(weight_of("a;q=0.001") == 1);
  CHECK(weight_of("a ; Q=0.5 ; x=y") == 500);
  CHECK(weight_of("a;x=y;q=0.25") == 250);
  CHECK(weight_of("a;q=1.000") == kFullWeight);
}

TEST_CASE("an element with a missing or malformed weight has full weight") {
  for (const std::string element : {"a", "a;x=0", "a;q", "a;q=", "a;q=.", "a;q=.0", "a;q=00",
                                    "a;q=0.0000", "a;q=-0", "a;q=0,0", "a;q=x", "a;q =0"}) {
    CAPTURE(element);
    CHECK(weight_of(element) == kFullWeight);
  }
}
