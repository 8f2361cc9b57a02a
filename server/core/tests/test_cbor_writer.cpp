// Heads and numbers in their shortest form, and arrays where a receiver can use them in place.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "cbor/validator.hpp"
#include "cbor/writer.hpp"

namespace tuber::cbor {
namespace {

std::string hexadecimal(const std::string& bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

std::string integer(std::uint64_t value) {
  std::string out;
  append_head(out, Major::unsigned_integer, value);
  return hexadecimal(out);
}

std::string number(double value) {
  std::string out;
  append_float(out, value);
  return hexadecimal(out);
}

TEST_CASE("integers of RFC 8949 appendix A") {
  CHECK(integer(0) == "00");
  CHECK(integer(23) == "17");
  CHECK(integer(24) == "1818");
  CHECK(integer(255) == "18ff");
  CHECK(integer(1000) == "1903e8");
  CHECK(integer(1'000'000) == "1a000f4240");
  CHECK(integer(1'000'000'000'000) == "1b000000e8d4a51000");
  CHECK(integer(18446744073709551615u) == "1bffffffffffffffff");
}

TEST_CASE("floats of RFC 8949 appendix A") {
  CHECK(number(0.0) == "f90000");
  CHECK(number(-0.0) == "f98000");
  CHECK(number(1.0) == "f93c00");
  CHECK(number(1.1) == "fb3ff199999999999a");
  CHECK(number(1.5) == "f93e00");
  CHECK(number(65504.0) == "f97bff");
  CHECK(number(100000.0) == "fa47c35000");
  CHECK(number(3.4028234663852886e+38) == "fa7f7fffff");
  CHECK(number(1.0e+300) == "fb7e37e43c8800759c");
  CHECK(number(5.960464477539063e-8) == "f90001");
  CHECK(number(0.00006103515625) == "f90400");
  CHECK(number(-4.0) == "f9c400");
  CHECK(number(HUGE_VAL) == "f97c00");
  CHECK(number(-HUGE_VAL) == "f9fc00");
  CHECK(number(-std::numeric_limits<double>::quiet_NaN()) == "f97e00");
}

TEST_CASE("every half-precision float is written as one") {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    Head head;
    head.major = Major::simple;
    head.info = info::kTwoBytes;
    head.argument = bits;
    const double value = float_of(head);
    std::string out;
    append_float(out, value);
    CHECK(out.size() == 3);
    Reader reader(out);
    Head read;
    REQUIRE(reader.head(read));
    const double again = float_of(read);
    CHECK((again == value || (std::isnan(again) && std::isnan(value))));
    CHECK(std::signbit(again) == (std::signbit(value) && !std::isnan(value)));
  }
}

TEST_CASE("an array of a kilobyte begins at a multiple of eight wherever it stands") {
  const ElementType type{ElementType::Kind::real, 8, false};
  const std::vector<std::uint64_t> shape{16, 16};
  for (std::uint64_t offset = 0; offset < 64; ++offset) {
    std::string out;
    append_array_head(out, type, shape, false, offset);
    CHECK((offset + out.size()) % 8 == 0);
    CHECK(out.size() <= 24);
    Validator validator(out += std::string(16 * 16 * 8, '\0'));
    CHECK(validator.validate());
  }
}

TEST_CASE("a small array has the shortest heads") {
  std::string out;
  append_array_head(out, {ElementType::Kind::complex, 8, true}, std::vector<std::uint64_t>{2}, true,
                    1);
  CHECK(hexadecimal(out) == "d90410828102d9a7f9d85150");
}

TEST_CASE("the tags of all types of elements lead back to them") {
  for (std::uint64_t tag = 64; tag <= 87; ++tag) {
    if (tag == 68 || tag == 76 || tag == 83 || tag == 87) continue;
    CHECK(tag_of(element_type_of(tag)) == tag);
  }
}

}  // namespace
}  // namespace tuber::cbor
