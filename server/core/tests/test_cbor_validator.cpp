// Valid and malformed bodies, and the work to validate them.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "cbor/limits.hpp"
#include "cbor/validator.hpp"

namespace tuber::cbor {
namespace {

std::string repeat(std::string_view piece, std::size_t times) {
  std::string all;
  for (; times > 0; --times) all += piece;
  return all;
}

// "82 01 02" as bytes.
std::string bytes(std::string_view hexadecimal) {
  std::string read;
  for (std::size_t i = 0; i + 1 < hexadecimal.size(); i += 2) {
    if (hexadecimal[i] == ' ') ++i;
    read += static_cast<char>(std::stoi(std::string(hexadecimal.substr(i, 2)), nullptr, 16));
  }
  return read;
}

std::string fault_of(std::string_view body) {
  Validator validator(body);
  return validator.validate() ? "" : validator.fault().text;
}

std::size_t heads_read_for(std::string_view body) {
  Validator validator(body);
  static_cast<void>(validator.validate());
  return validator.heads_read();
}

TEST_CASE("every kind of item is accepted") {
  for (const char* item : {"00",
                           "1bffffffffffffffff",
                           "3bffffffffffffffff",
                           "f90000",
                           "fa47c35000",
                           "f4",
                           "f5",
                           "f6",
                           "40",
                           "5f42010243030405ff",
                           "7f657374726561646d696e67ff",
                           "80",
                           "9fff",
                           "a0",
                           "bfff",
                           "bf61610161629f0203ffff",
                           "c249010000000000000000",
                           "d90102820102",
                           "d82550"
                           "00000000"
                           "00000000"
                           "00000000"
                           "00000000",
                           "d903ec6a323031332d30332d3231",
                           "c11a514b67b0"}) {
    CAPTURE(item);
    CHECK(fault_of(bytes(item)) == "");
  }
}

TEST_CASE("a truncated item is refused at every length") {
  const std::string item = bytes(
      "bf 61 61 9f 01 5f 42 01 02 ff ff 61 62 d8 28 82 81 02 d8 55 48"
      "00000000 00000000 ff");
  REQUIRE(fault_of(item) == "");
  for (std::size_t length = 0; length < item.size(); ++length) {
    CAPTURE(length);
    CHECK(fault_of(std::string_view(item).substr(0, length)) != "");
  }
}

TEST_CASE("a malformed body is refused with offset and message") {
  struct Refusal {
    const char* body;
    std::size_t offset;
    const char* text;
  };
  const Refusal refusals[] = {
      {"", 0, "the input is empty"},
      {"0000", 1, "1 bytes follow the value"},
      {"1c", 0, "initial byte 0x1c is reserved"},
      {"1a0000", 0, "expected 4 more bytes, got 2"},
      {"9f01", 2, "expected 1 more bytes, got 0"},
      {"5affffffff00", 0, "expected 4294967295 more bytes, got 1"},
      {"9bffffffffffffffff", 0,
       "an array of 18446744073709551615 items can't fit in the 0 bytes left"},
      {"ba8000000001", 0, "a map of 2147483648 pairs can't fit in the 1 bytes left"},
      {"ff", 0, "a break outside of an indefinite-length item"},
      {"bf00ff", 2, "a break outside of an indefinite-length item"},
      {"f7", 0, "the value undefined is not supported"},
      {"e0", 0, "simple value 0 is not supported"},
      {"f8ff", 0, "simple value 255 is not supported"},
      {"f810", 0, "simple value 16 written in two bytes is not well-formed"},
      {"5f6100ff", 1, "expected a definite-length byte string as chunk, got initial byte 0x61"},
      {"62c328", 0, "invalid UTF-8 in a text string"},
      {"63eda080", 0, "invalid UTF-8 in a text string"},
      {"d81c00", 0, "tag 28 is not supported"},
      {"81d9d9f700", 1, "tag 55799 is not supported"},
      {"c200", 0, "tag 2: expected a byte string of at most 1786 bytes"},
      {"d8554100", 0, "tag 85: 1 bytes are not a whole number of items of 4 bytes"},
      {"d828820180", 0, "tag 40: expected an array of two: the shape and a typed array"},
      {"d828828102d8404103", 0, "tag 40: the shape (2,) takes 2 bytes, got 1"},
      {"d82982f400", 0, "tag 41: expected an array of booleans"},
      {"d9a7f98000", 0, "tag 43001: expected a typed array of float32 or float64 in pairs"},
      {"d903ec6a323031332d30322d3239", 0,
       "tag 1004: expected text YYYY-MM-DD of a day that exists"},
      {"a1a000", 1, "a map can't be a key of a map"},
      {"a181c2410100", 2, "an integer over 64 bits can't be a key of a map"},
      {"d9010281d8404100", 4, "an array of numbers can't be an element of a set"},
  };
  for (const Refusal& refusal : refusals) {
    CAPTURE(refusal.body);
    const std::string body = bytes(refusal.body);
    Validator validator(body);
    CHECK_FALSE(validator.validate());
    CHECK(validator.fault().offset == refusal.offset);
    CHECK(validator.fault().text == refusal.text);
  }
}

TEST_CASE("the path to a fault leads through keys and indices") {
  const std::string body = bytes("a2 6161 01 6162 83 01 02 f7");
  Validator validator(body);
  REQUIRE_FALSE(validator.validate());
  CHECK(validator.path() == std::vector<Step>{{Step::Kind::key, 0, 4}, {Step::Kind::index, 2, 0}});
}

TEST_CASE("a fault in a key has the path of the map") {
  const std::string body = bytes("81 a1 82 01 f7 00");
  Validator validator(body);
  REQUIRE_FALSE(validator.validate());
  CHECK(validator.path() == std::vector<Step>{{Step::Kind::index, 0, 0}});
}

TEST_CASE("nested arrays, maps and tags share one limit") {
  CHECK(fault_of(repeat("\x81", 256) + "\x01") == "");
  CHECK(fault_of(repeat("\x81", 257) + "\x01") == "nested more than 256 levels deep");
  CHECK(fault_of(repeat("\x81", 255) + bytes("c24101")) == "");
  CHECK(fault_of(repeat("\x81", 256) + bytes("c24101")) == "nested more than 256 levels deep");
  CHECK(fault_of(repeat(bytes("d9010281"), 1) + "\x01") == "");
  CHECK(fault_of(repeat(bytes("a100"), 256) + "\x01") == "");
  CHECK(fault_of(repeat(bytes("a100"), 257) + "\x01") == "nested more than 256 levels deep");
}

TEST_CASE("the work is linear in the size of the body") {
  const struct {
    std::string begin, piece, end;
  } attacks[] = {
      {"", "\x81", ""},                                     // nesting
      {"", "\x9f", ""},                                     //
      {"", "\xc2", ""},                                     // tags
      {"", bytes("d90102"), ""},                            //
      {"", bytes("d9d9f7"), ""},                            //
      {"\x5f", bytes("4100"), "\xff"},                      // chunks
      {"\x7f", "\x60", "\xff"},                             //
      {"\xc2\x5f", bytes("4100"), "\xff"},                  // of a bignum
      {"\x9f", bytes("9affffffff"), ""},                    // announced sizes
      {"\x9f", "\x80", "\xff"},                             // empty arrays
      {"\xbf", bytes("6000"), "\xff"},                      // repeated keys
      {"\xbf", bytes("c249ffffffffffffffffff00"), "\xff"},  // keys with colliding hashes
      {bytes("d829 9a00010000"), "\xf4", ""},               // booleans
  };
  for (const auto& attack : attacks) {
    for (const std::size_t size : {1'000, 30'000}) {
      const std::string once = attack.begin + repeat(attack.piece, size) + attack.end;
      const std::string twice = attack.begin + repeat(attack.piece, 2 * size) + attack.end;
      CAPTURE(once.substr(0, 10));
      CHECK(heads_read_for(once) <= once.size());
      CHECK(heads_read_for(twice) <= 2 * heads_read_for(once) + 2);
    }
  }
}

}  // namespace
}  // namespace tuber::cbor
