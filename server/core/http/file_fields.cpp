#include "http/file_fields.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <limits>

#include "http/characters.hpp"
#include "http/fields.hpp"

namespace tuber::http {
namespace {

// The weight of identity if the client did not name it: acceptable, but less than any named coding.
constexpr int kUnnamedIdentity = 0;

// RFC 9110 section 8.4.1.3: "x-gzip" is gzip.
bool names(std::string_view token, const CodingNames& coding) {
  return equals_ignoring_case(token, coding.token) ||
         (coding.coding == Coding::gzip && equals_ignoring_case(token, "x-gzip"));
}

constexpr std::string_view kWeak = "W/";

enum class Comparison { strong, weak };

// RFC 9110 section 8.8.3.2. The server's tag is strong, so a strong comparison only has to refuse a
// weak tag from the client.
bool same_etag(std::string_view theirs, const std::string& ours, Comparison comparison) {
  if (theirs.starts_with(kWeak)) {
    if (comparison == Comparison::strong) return false;
    theirs.remove_prefix(kWeak.size());
  }
  return theirs == ours;
}

bool any_etag_matches(const RequestHead& head, std::string_view name, const std::string& ours,
                      Comparison comparison) {
  bool found = false;
  for_each_element(head, name, [&](std::string_view element) {
    found = found || element == "*" || same_etag(element, ours, comparison);
  });
  return found;
}

std::optional<std::time_t> date_field(const RequestHead& head, std::string_view name) {
  const auto value = head.field(name);
  return value ? parse_http_date(*value) : std::nullopt;
}

std::optional<unsigned> month_number(std::string_view name) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (unsigned i = 0; i < kMonths.size(); ++i) {
    if (name == kMonths[i]) return i + 1;
  }
  return std::nullopt;
}

// Reads a position of any number of digits. A number that does not fit becomes the largest one,
// which is also beyond the end of every file.
std::optional<std::uint64_t> parse_position(std::string_view digits) {
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  std::uint64_t position = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), position);
  if (parsed.ec != std::errc()) return std::numeric_limits<std::uint64_t>::max();
  return position;
}

}  // namespace

std::optional<Coding> choose_coding(const RequestHead& head, const Available& available) {
  std::array<std::optional<int>, kCodings.size()> weights;
  std::optional<int> any;
  for_each_element(head, "accept-encoding", [&](std::string_view element) {
    const std::string_view token = trim(element.substr(0, element.find(';')));
    if (token == "*") any = weight_of(element);
    for (std::size_t i = 0; i < kCodings.size(); ++i) {
      if (names(token, kCodings[i])) weights[i] = weight_of(element);
    }
  });
  std::optional<Coding> best;
  int best_weight = -1;
  for (std::size_t i = 0; i < kCodings.size(); ++i) {
    const bool identity = kCodings[i].coding == Coding::identity;
    const std::optional<int> given = weights[i] ? weights[i] : any;
    if (!available[i] || (given ? *given == 0 : !identity)) continue;
    const int weight = given.value_or(kUnnamedIdentity);
    if (weight > best_weight) {
      best = kCodings[i].coding;
      best_weight = weight;
    }
  }
  return best;
}

Precondition evaluate_preconditions(const RequestHead& head, const Validators& current) {
  if (head.field("if-match")) {
    if (!any_etag_matches(head, "if-match", current.etag, Comparison::strong)) {
      return Precondition::failed;
    }
  } else if (const auto date = date_field(head, "if-unmodified-since")) {
    if (current.modified > *date) return Precondition::failed;
  }
  if (head.field("if-none-match")) {
    return any_etag_matches(head, "if-none-match", current.etag, Comparison::weak)
               ? Precondition::not_modified
               : Precondition::pass;
  }
  const auto date = date_field(head, "if-modified-since");
  return date && current.modified <= *date ? Precondition::not_modified : Precondition::pass;
}

bool range_applies(const RequestHead& head, const Validators& current, std::time_t now) {
  const auto condition = head.field("if-range");
  if (!condition) return true;
  if (condition->starts_with('"') || condition->starts_with(kWeak)) {
    return same_etag(*condition, current.etag, Comparison::strong);
  }
  const auto date = parse_http_date(*condition);
  return date && *date == current.modified && current.modified < now;
}

std::optional<std::time_t> parse_http_date(std::string_view text) {
  constexpr std::size_t kLongestDate = 64;
  if (text.size() > kLongestDate) return std::nullopt;
  const std::string date(text);
  const auto size = static_cast<int>(date.size());
  std::array<char, 4> month{};
  unsigned day = 0, hour = 0, minute = 0, second = 0;
  int year = 0, end = -1;
  const auto reads = [&](const char* format, auto*... fields) {
    end = -1;
    std::sscanf(date.c_str(), format, fields..., &end);
    return end == size;
  };
  // IMF-fixdate; RFC 850 with the weekday in full and a year of two digits; asctime().
  if (!reads("%*3[A-Za-z], %2u %3[A-Za-z] %4d %2u:%2u:%2u GMT%n", &day, month.data(), &year, &hour,
             &minute, &second)) {
    if (reads("%*9[A-Za-z], %2u-%3[A-Za-z]-%2d %2u:%2u:%2u GMT%n", &day, month.data(), &year, &hour,
              &minute, &second)) {
      if (year >= 0) year += year < 70 ? 2000 : 1900;
    } else if (!reads("%*3[A-Za-z] %3[A-Za-z] %2u %2u:%2u:%2u %4d%n", month.data(), &day, &hour,
                      &minute, &second, &year)) {
      return std::nullopt;
    }
  }
  if (year < 0) return std::nullopt;  // scanf accepts a sign, HTTP does not
  const auto number = month_number(month.data());
  if (!number || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::chrono::year_month_day ymd{std::chrono::year(year), std::chrono::month(*number),
                                        std::chrono::day(day)};
  if (!ymd.ok()) return std::nullopt;
  const std::chrono::sys_seconds moment = std::chrono::sys_days(ymd) + std::chrono::hours(hour) +
                                          std::chrono::minutes(minute) +
                                          std::chrono::seconds(second);
  return static_cast<std::time_t>(moment.time_since_epoch().count());
}

ByteRange parse_byte_range(std::string_view field, std::uint64_t size) {
  const ByteRange whole{ByteRange::Kind::whole, 0, size};
  const ByteRange unsatisfiable{ByteRange::Kind::unsatisfiable, 0, 0};
  const std::size_t equals = field.find('=');
  if (equals == std::string_view::npos) return whole;
  if (!equals_ignoring_case(trim(field.substr(0, equals)), "bytes")) return whole;
  const std::string_view range = trim(field.substr(equals + 1));
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos) return whole;
  // A second range has a comma, which is not a digit.
  const auto first = parse_position(range.substr(0, dash));
  const auto last = parse_position(range.substr(dash + 1));

  if (dash == 0) {
    if (!last) return whole;
    const std::uint64_t length = std::min(*last, size);
    if (length == 0) return unsatisfiable;
    return {ByteRange::Kind::part, size - length, length};
  }
  const bool open_ended = dash + 1 == range.size();
  if (!first || (!last && !open_ended) || (last && *last < *first)) return whole;
  if (*first >= size) return unsatisfiable;
  const std::uint64_t end = open_ended ? size - 1 : std::min(*last, size - 1);
  return {ByteRange::Kind::part, *first, end - *first + 1};
}

}  // namespace tuber::http
