#include "files/preconditions.hpp"

#include <array>
#include <chrono>
#include <cstdio>

#include "http/fields.hpp"

namespace tuber::files {
namespace {

constexpr std::string_view kWeak = "W/";

enum class Comparison { strong, weak };

// RFC 9110 section 8.8.3.2. Ours is strong, so a strong comparison only has to refuse theirs when
// weak.
bool same_etag(std::string_view theirs, const std::string& ours, Comparison comparison) {
  if (theirs.starts_with(kWeak)) {
    if (comparison == Comparison::strong) return false;
    theirs.remove_prefix(kWeak.size());
  }
  return theirs == ours;
}

bool any_etag_matches(const http::RequestHead& head, std::string_view name, const std::string& ours,
                      Comparison comparison) {
  bool found = false;
  http::for_each_element(head, name, [&](std::string_view element) {
    found = found || element == "*" || same_etag(element, ours, comparison);
  });
  return found;
}

std::optional<std::time_t> date_field(const http::RequestHead& head, std::string_view name) {
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

}  // namespace

Precondition evaluate_preconditions(const http::RequestHead& head, const Validators& current) {
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

bool range_applies(const http::RequestHead& head, const Validators& current, std::time_t now) {
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
  if (year < 0) return std::nullopt;  // scanf takes a sign, HTTP does not
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

}  // namespace tuber::files
