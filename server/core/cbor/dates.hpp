// Dates and times of CBOR (RFC 8949 section 3.4, RFC 8943) in the proleptic Gregorian calendar.
// Limited to the years 1 to 9999, the range of Python's datetime. Must never read a clock or a time
// zone.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tuber::cbor {

struct Date {
  int year = 0, month = 0, day = 0;
};

struct DateTime {
  Date date;
  int hour = 0, minute = 0, second = 0, microsecond = 0;
  int offset_minutes = 0;  // from UTC
};

// Each returns nothing for malformed or out-of-range input.

// For example "2013-03-21T20:04:00.5+01:00" (RFC 3339 section 5.6). Leap seconds and fractions
// finer than a microsecond are refused.
[[nodiscard]] std::optional<DateTime> parse_date_time(std::string_view text);
// For example "2013-03-21".
[[nodiscard]] std::optional<Date> parse_date(std::string_view text);

// Seconds since 1970-01-01T00:00Z, to the nearest microsecond, ties to even.
[[nodiscard]] std::optional<DateTime> from_epoch(double seconds);
[[nodiscard]] std::optional<DateTime> from_epoch(std::int64_t seconds);
// Days since 1970-01-01.
[[nodiscard]] std::optional<Date> from_days(std::int64_t days);

}  // namespace tuber::cbor
