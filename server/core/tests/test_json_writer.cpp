// Strings, integers, and the shortest form of doubles, compared with std::to_chars.
#include <doctest/doctest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <random>
#include <string>

#include "json/shortest.hpp"
#include "json/writer.hpp"

namespace tuber::json {
namespace {

template <class Write>
std::string written(Write&& write) {
  std::string out;
  Writer writer(out);
  write(writer);
  writer.flush();
  return out;
}

std::string real(double value) {
  return written([value](Writer& writer) { writer.real(value); });
}

std::string string(std::string_view text) {
  return written([text](Writer& writer) { writer.string(text); });
}

// The digits without zeros at their ends.
std::string digits_in(std::string_view number) {
  std::string digits;
  for (const char character : number.substr(0, number.find('e'))) {
    if (character >= '0' && character <= '9') digits += character;
  }
  digits.erase(0, digits.find_first_not_of('0'));
  return digits.substr(0, digits.find_last_not_of('0') + 1);
}

bool is_shortest(double value) {
  if (!std::isfinite(value)) return true;
  const std::string text = real(value);
  double back = 0;
  std::from_chars(text.data(), text.data() + text.size(), back);
  char expected[64];
  const auto end = std::to_chars(expected, expected + 64, value, std::chars_format::scientific).ptr;
  return std::bit_cast<std::uint64_t>(back) == std::bit_cast<std::uint64_t>(value) &&
         digits_in(text) == digits_in({expected, static_cast<std::size_t>(end - expected)});
}

TEST_CASE("doubles are written as Python's repr does") {
  CHECK(real(0.0) == "0.0");
  CHECK(real(-0.0) == "-0.0");
  CHECK(real(1) == "1.0");
  CHECK(real(-1.5) == "-1.5");
  CHECK(real(0.1) == "0.1");
  CHECK(real(1e15) == "1000000000000000.0");
  CHECK(real(9007199254740993) == "9007199254740992.0");
  CHECK(real(1e16) == "1e+16");
  CHECK(real(1.25e-5) == "1.25e-05");
  CHECK(real(0.0001) == "0.0001");
  CHECK(real(1e23) == "1e+23");
  CHECK(real(5e-324) == "5e-324");
  CHECK(real(1.7976931348623157e308) == "1.7976931348623157e+308");
  CHECK(real(123456.789) == "123456.789");
}

TEST_CASE("doubles are shortest: random bits") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 1'000'000; ++i) REQUIRE(is_shortest(std::bit_cast<double>(random())));
}

TEST_CASE("doubles are shortest: neighbours of all powers of two and of ten") {
  for (int power = -1074; power < 1024; ++power) {
    const auto bits = std::bit_cast<std::uint64_t>(std::ldexp(1.0, power));
    for (std::uint64_t near = bits - 3; near != bits + 4; ++near)
      REQUIRE(is_shortest(std::bit_cast<double>(near)));
  }
  for (int power = -330; power < 309; ++power) {
    for (int factor = 1; factor < 200; ++factor) {
      double value = 0;
      const std::string text = std::to_string(factor) + "e" + std::to_string(power);
      if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc())
        continue;
      REQUIRE(is_shortest(value));
    }
  }
}

TEST_CASE("doubles are shortest: decimal fractions") {
  std::mt19937_64 random(2);
  for (int i = 0; i < 1'000'000; ++i) {
    const auto numerator = static_cast<double>(random() >> (random() % 64));
    REQUIRE(is_shortest(numerator / static_cast<double>(1 + random() % 100'000)));
  }
}

TEST_CASE("strings") {
  CHECK(string("") == "\"\"");
  CHECK(string("a\"b\\c\n\x01\x1f\x7f\xc3\xa9/") ==
        "\"a\\\"b\\\\c\\n\\u0001\\u001f\x7f\xc3\xa9/\"");
  const std::string longer = std::string(5000, 'a') + "\t" + std::string(100'000, 'b');
  CHECK(string(longer) == "\"" + std::string(5000, 'a') + "\\t" + std::string(100'000, 'b') + "\"");
}

TEST_CASE("many small pieces") {
  std::string expected;
  const std::string out = written([&expected](Writer& writer) {
    for (int i = -5000; i < 5000; ++i) {
      writer.integer(i);
      writer.character(',');
      expected += std::to_string(i) + ",";
      CHECK(writer.size() == expected.size());
    }
  });
  CHECK(out == expected);
  CHECK(written([](Writer& writer) { writer.integer(INT64_MIN); }) == "-9223372036854775808");
}

TEST_CASE("the form of bytes") {
  CHECK(written([](Writer& writer) {
          writer.octets(
              {"\x00\xff"
               "a",
               3});
        }) == "{\"bytes\":[0,255,97]}");
  CHECK(is_form_of_bytes("{\"bytes\":[]}"));
  CHECK(is_form_of_bytes("{\"bytes\":[0,255]}"));
  CHECK_FALSE(is_form_of_bytes("{\"bytes\":[256]}"));
  CHECK_FALSE(is_form_of_bytes("{\"bytes\":[-1]}"));
  CHECK_FALSE(is_form_of_bytes("{\"bytes\":[1.0]}"));
  CHECK_FALSE(is_form_of_bytes("{\"bytes\":[true]}"));
  CHECK_FALSE(is_form_of_bytes("{\"bytes\":{\"bytes\":[1]}}"));
  CHECK_FALSE(is_form_of_bytes("{\"bites\":[1]}"));
}

TEST_CASE("long integers") {
  CHECK(digits_of("") == "0");
  CHECK(digits_of(std::string("\x01\0\0\0\0\0\0\0\0", 9)) == "18446744073709551616");
  CHECK(magnitude_of("4294967296") == std::string("\0\0\0\x01\0\0\0\0", 8));
  for (std::size_t digits = 1; digits < 4400; digits += 37) {
    const std::string text(digits, '9');
    CHECK(digits_of(magnitude_of(text)) == text);
    const std::string power = '1' + std::string(digits, '0');
    CHECK(digits_of(magnitude_of(power)) == power);
  }
}

}  // namespace
}  // namespace tuber::json
