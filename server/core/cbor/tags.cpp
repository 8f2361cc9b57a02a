#include "cbor/tags.hpp"

#include <algorithm>
#include <optional>

#include "cbor/limits.hpp"

namespace tuber::cbor {
namespace {

constexpr const char* kExpectedDateTime = "RFC 3339 text of a date and time that exists";
constexpr const char* kExpectedSeconds = "an integer or float of seconds in the years 1 to 9999";
constexpr const char* kExpectedBignum = "a byte string of at most 1786 bytes";
static_assert(kMaxBignumBytes == 1786, "the text above says so");
constexpr const char* kExpectedUuid = "a byte string of 16 bytes";
constexpr const char* kExpectedDays = "an integer of days in the years 1 to 9999";
constexpr const char* kExpectedSet = "an array";
constexpr const char* kExpectedDate = "text YYYY-MM-DD of a day that exists";
constexpr const char* kExpectedComplex = "an array of two numbers";

// Returns the integer of a head; nothing if it does not fit into a signed 64-bit integer.
std::optional<std::int64_t> integer_of(const Head& head) {
  if (head.argument > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  const auto value = static_cast<std::int64_t>(head.argument);
  return head.is(Major::negative_integer) ? -1 - value : value;
}

// Returns the number of a head as a float; nothing if no float is equal to it.
std::optional<double> exact_float_of(const Head& head) {
  if (head.is_float()) return float_of(head);
  if (!head.is_integer()) return std::nullopt;
  constexpr double kTwoTo64 = 18446744073709551616.0;
  const bool negative = head.is(Major::negative_integer);
  if (negative && head.argument == UINT64_MAX) return -kTwoTo64;
  const std::uint64_t magnitude = head.argument + (negative ? 1 : 0);
  const auto rounded = static_cast<double>(magnitude);
  if (rounded >= kTwoTo64 || static_cast<std::uint64_t>(rounded) != magnitude) return std::nullopt;
  return negative ? -rounded : rounded;
}

}  // namespace

TagKind kind_of_tag(std::uint64_t number) {
  switch (number) {
    case tag::kDateTime:
    case tag::kEpoch:
      return TagKind::date_time;
    case tag::kBignum:
    case tag::kNegativeBignum:
      return TagKind::bignum;
    case tag::kUuid:
      return TagKind::uuid;
    case tag::kRowMajor:
    case tag::kColumnMajor:
    case tag::kHomogeneous:
    case tag::kComplexArray:
      return TagKind::array;
    case tag::kDays:
    case tag::kDate:
      return TagKind::date;
    case tag::kSet:
      return TagKind::set;
    case tag::kComplex:
      return TagKind::complex;
    default:
      break;
  }
  constexpr std::uint64_t kReserved = 76, kFloat128Big = 83, kFloat128Little = 87;
  const bool typed = number >= tag::kFirstTyped && number <= tag::kLastTyped &&
                     number != kReserved && number != kFloat128Big && number != kFloat128Little;
  return typed ? TagKind::array : TagKind::unknown;
}

bool refuse_content(Reader& reader, const Head& tag, const char* expected) {
  return reader.refuse(tag.offset,
                       "tag " + std::to_string(tag.argument) + ": expected " + expected);
}

bool read_content(Reader& reader, const Head& tag, std::initializer_list<Major> majors,
                  const char* expected, Head& content) {
  if (const std::optional<Major> next = reader.next_major()) {
    const bool fits = std::find(majors.begin(), majors.end(), *next) != majors.end();
    if (!fits) return refuse_content(reader, tag, expected);
  }
  return reader.head_of_item(content);
}

bool read_string_content(Reader& reader, const Head& tag, Major major, const char* expected,
                         std::string_view& content, std::string& joined) {
  Head head;
  return read_content(reader, tag, {major}, expected, head) && reader.string(head, content, joined);
}

bool read_bignum(Reader& reader, const Head& tag, std::string_view& magnitude,
                 std::string& joined) {
  if (!read_string_content(reader, tag, Major::byte_string, kExpectedBignum, magnitude, joined)) {
    return false;
  }
  magnitude.remove_prefix(std::min(magnitude.find_first_not_of('\0'), magnitude.size()));
  return magnitude.size() <= kMaxBignumBytes || refuse_content(reader, tag, kExpectedBignum);
}

bool read_date_time(Reader& reader, const Head& tag, DateTime& found) {
  std::optional<DateTime> read;
  if (tag.argument == tag::kDateTime) {
    std::string_view text;
    std::string joined;
    if (!read_string_content(reader, tag, Major::text_string, kExpectedDateTime, text, joined)) {
      return false;
    }
    read = parse_date_time(text);
    if (!read) return refuse_content(reader, tag, kExpectedDateTime);
  } else {
    Head content;
    if (!read_content(reader, tag,
                      {Major::unsigned_integer, Major::negative_integer, Major::simple},
                      kExpectedSeconds, content)) {
      return false;
    }
    if (content.is_float()) {
      read = from_epoch(float_of(content));
    } else if (const auto seconds = integer_of(content); seconds && content.is_integer()) {
      read = from_epoch(*seconds);
    }
    if (!read) return refuse_content(reader, tag, kExpectedSeconds);
  }
  found = *read;
  return true;
}

bool read_date(Reader& reader, const Head& tag, Date& found) {
  std::optional<Date> read;
  if (tag.argument == tag::kDate) {
    std::string_view text;
    std::string joined;
    if (!read_string_content(reader, tag, Major::text_string, kExpectedDate, text, joined)) {
      return false;
    }
    read = parse_date(text);
    if (!read) return refuse_content(reader, tag, kExpectedDate);
  } else {
    Head content;
    if (!read_content(reader, tag, {Major::unsigned_integer, Major::negative_integer},
                      kExpectedDays, content)) {
      return false;
    }
    if (const auto days = integer_of(content)) read = from_days(*days);
    if (!read) return refuse_content(reader, tag, kExpectedDays);
  }
  found = *read;
  return true;
}

bool read_uuid(Reader& reader, const Head& tag, std::array<char, 16>& octets) {
  std::string_view bytes;
  std::string joined;
  if (!read_string_content(reader, tag, Major::byte_string, kExpectedUuid, bytes, joined)) {
    return false;
  }
  if (bytes.size() != octets.size()) return refuse_content(reader, tag, kExpectedUuid);
  std::copy(bytes.begin(), bytes.end(), octets.begin());
  return true;
}

bool read_complex(Reader& reader, const Head& tag, double& real, double& imaginary) {
  Head array;
  if (!read_content(reader, tag, {Major::array}, kExpectedComplex, array)) return false;
  if (!array.is_array_of(2)) return refuse_content(reader, tag, kExpectedComplex);
  for (double* part : {&real, &imaginary}) {
    Head number;
    if (!read_content(reader, tag,
                      {Major::unsigned_integer, Major::negative_integer, Major::simple},
                      kExpectedComplex, number)) {
      return false;
    }
    const std::optional<double> value = exact_float_of(number);
    if (!value) return refuse_content(reader, tag, kExpectedComplex);
    *part = *value;
  }
  return true;
}

bool read_set(Reader& reader, const Head& tag, Head& array) {
  return read_content(reader, tag, {Major::array}, kExpectedSet, array);
}

}  // namespace tuber::cbor
