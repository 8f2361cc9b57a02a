#include "http/reply_head.hpp"

#include <array>
#include <charconv>
#include <chrono>

namespace tuber::http {
namespace {

struct ReasonPhrase {
  int status;
  std::string_view phrase;
};

constexpr auto kReasonPhrases = std::to_array<ReasonPhrase>({
    {200, "OK"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
});

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;  // of the largest 64-bit number
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(value).append("\r\n");
}

// Appends exactly `count` digits. Unlike snprintf, it adds few instructions to a file request.
void append_digits(std::string& out, unsigned number, unsigned count) {
  std::size_t place = out.size() + count;
  out.append(count, '0');
  for (; count > 0; --count, number /= 10) out[--place] = static_cast<char>('0' + number % 10);
}

}  // namespace

void append_reply_head(std::string& out, const ReplyHead& head) {
  append_before_length(out, head);
  if (!status_has_no_content(head.status)) append_length(out, head.content_length);
  append_after_length(out, head);
}

void append_before_length(std::string& out, const ReplyHead& head) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(head.status));
  append_line(out, " ", reason_phrase(head.status));
  append_line(out, "Date: ", head.date);
  if (!head.content_type.empty()) append_line(out, "Content-Type: ", head.content_type);
  if (!status_has_no_content(head.status)) out.append("Content-Length: ");
}

void append_length(std::string& out, std::uint64_t length) {
  append_number(out, length);
}

void append_after_length(std::string& out, const ReplyHead& head) {
  if (!status_has_no_content(head.status)) out.append("\r\n");
  append_line(out, "Connection: ", head.keep_alive ? "keep-alive" : "close");
  out.append(head.fields).append("\r\n");
}

std::string_view reason_phrase(int status) {
  for (const auto& [known, phrase] : kReasonPhrases) {
    if (known == status) return phrase;
  }
  return "Unknown";
}

bool status_has_no_content(int status) {
  return status < 200 || status == 204 || status == 304;
}

std::string format_http_date(std::time_t seconds) {
  using namespace std::chrono;
  static constexpr std::string_view weekdays = "SunMonTueWedThuFriSat";
  static constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const sys_seconds moment{std::chrono::seconds{seconds}};
  const sys_days day = floor<days>(moment);
  const year_month_day date{day};
  const hh_mm_ss time{moment - day};

  std::string text;
  text.append(weekdays.substr(weekday{day}.c_encoding() * 3, 3)).append(", ");
  append_digits(text, static_cast<unsigned>(date.day()), 2);
  text.append(" ").append(months.substr((static_cast<unsigned>(date.month()) - 1) * 3, 3));
  text.append(" ");
  append_digits(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  text.append(" ");
  append_digits(text, static_cast<unsigned>(time.hours().count()), 2);
  text.append(":");
  append_digits(text, static_cast<unsigned>(time.minutes().count()), 2);
  text.append(":");
  append_digits(text, static_cast<unsigned>(time.seconds().count()), 2);
  text.append(" GMT");
  return text;
}

}  // namespace tuber::http
