#include "cbor/dates.hpp"

#include <chrono>
#include <cmath>
#include <cstddef>

namespace tuber::cbor {
namespace {

constexpr std::int64_t kFirstDay = -719'162;  // 0001-01-01
constexpr std::int64_t kLastDay = 2'932'896;  // 9999-12-31
constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;

bool is_digit(char character) {
  return character >= '0' && character <= '9';
}

// Reads a text from the front. Each function returns false if the text does not match.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool number(std::size_t digits, int& value) {
    if (rest_.size() < digits) return false;
    value = 0;
    for (const char digit : rest_.substr(0, digits)) {
      if (!is_digit(digit)) return false;
      value = value * 10 + (digit - '0');
    }
    rest_.remove_prefix(digits);
    return true;
  }
  bool one_of(std::string_view characters, char& found) {
    if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) return false;
    found = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  bool character(char expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  // The digits of a fraction: at least one; after the sixth only zeros.
  bool fraction(int& microsecond) {
    int place = 100'000;
    std::size_t digits = 0;
    for (; !rest_.empty() && is_digit(rest_.front()); ++digits, place /= 10) {
      if (place == 0 && rest_.front() != '0') return false;
      microsecond += place * (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return digits > 0;
  }

 private:
  std::string_view rest_;
};

bool scan_date(Scanner& scanner, Date& date) {
  if (!scanner.number(4, date.year) || !scanner.character('-') || !scanner.number(2, date.month) ||
      !scanner.character('-') || !scanner.number(2, date.day)) {
    return false;
  }
  using namespace std::chrono;
  return date.year >= 1 && year_month_day(year(date.year), month(date.month), day(date.day)).ok();
}

bool scan_time(Scanner& scanner, DateTime& time) {
  if (!scanner.number(2, time.hour) || !scanner.character(':') || !scanner.number(2, time.minute) ||
      !scanner.character(':') || !scanner.number(2, time.second)) {
    return false;
  }
  if (scanner.character('.') && !scanner.fraction(time.microsecond)) return false;
  return time.hour < 24 && time.minute < 60 && time.second < 60;
}

bool scan_offset(Scanner& scanner, int& offset_minutes) {
  char sign = 0;
  if (scanner.one_of("Zz", sign)) return true;
  int hours = 0, minutes = 0;
  if (!scanner.one_of("+-", sign) || !scanner.number(2, hours) || !scanner.character(':') ||
      !scanner.number(2, minutes)) {
    return false;
  }
  offset_minutes = (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
  return hours < 24 && minutes < 60;
}

// More seconds than in 10,000 years, but few enough to count microseconds in 64 bits.
constexpr std::int64_t kMaxSeconds = 1'000'000'000'000;

std::optional<DateTime> from_microseconds(std::int64_t count) {
  using namespace std::chrono;
  const sys_time<microseconds> moment{microseconds(count)};
  const sys_days day = floor<days>(moment);
  const std::optional<Date> date = from_days(day.time_since_epoch().count());
  if (!date) return std::nullopt;
  const hh_mm_ss time{moment - day};
  return DateTime{*date,
                  static_cast<int>(time.hours().count()),
                  static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()),
                  static_cast<int>(time.subseconds().count()),
                  0};
}

}  // namespace

std::optional<DateTime> parse_date_time(std::string_view text) {
  Scanner scanner(text);
  DateTime found;
  char separator = 0;
  if (!scan_date(scanner, found.date) || !scanner.one_of("Tt", separator) ||
      !scan_time(scanner, found) || !scan_offset(scanner, found.offset_minutes) ||
      !scanner.at_end()) {
    return std::nullopt;
  }
  return found;
}

std::optional<Date> parse_date(std::string_view text) {
  Scanner scanner(text);
  Date found;
  if (!scan_date(scanner, found) || !scanner.at_end()) return std::nullopt;
  return found;
}

std::optional<DateTime> from_epoch(std::int64_t seconds) {
  if (seconds < -kMaxSeconds || seconds > kMaxSeconds) return std::nullopt;
  return from_microseconds(seconds * kMicrosecondsPerSecond);
}

std::optional<DateTime> from_epoch(double seconds) {
  if (!(std::fabs(seconds) < static_cast<double>(kMaxSeconds))) return std::nullopt;
  double whole = 0.0;
  const double fraction = std::modf(seconds, &whole);
  const double microseconds = std::nearbyint(fraction * kMicrosecondsPerSecond);
  return from_microseconds(static_cast<std::int64_t>(whole) * kMicrosecondsPerSecond +
                           static_cast<std::int64_t>(microseconds));
}

std::optional<Date> from_days(std::int64_t count) {
  using namespace std::chrono;
  if (count < kFirstDay || count > kLastDay) return std::nullopt;
  const year_month_day date{sys_days(days(count))};
  return Date{int(date.year()), int(unsigned(date.month())), int(unsigned(date.day()))};
}

}  // namespace tuber::cbor
