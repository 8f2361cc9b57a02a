// Writes heads of replies (RFC 9112 section 4). Must never read a clock: the date is passed as
// text, so that a server formats it once a second instead of once per reply.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

namespace tuber::http {

// The complete interim reply to `Expect: 100-continue` (RFC 9110 section 15.2.1).
inline constexpr std::string_view kContinueReply = "HTTP/1.1 100 Continue\r\n\r\n";

// The contents of a reply head. Does not own its texts.
struct ReplyHead {
  int status = 200;
  std::string_view date;             // from format_http_date()
  std::string_view content_type;     // empty: no such field
  std::uint64_t content_length = 0;  // bytes; not written for 1xx, 204 and 304
  bool keep_alive = true;
  std::string_view fields;  // further field lines, each ending with CRLF
};

// Appends the head including the empty line. Writes `Content-Length` and `Connection: keep-alive`
// in exactly this letter case, because existing raw-socket clients search for them.
void append_reply_head(std::string& out, const ReplyHead& head);
// The three parts of a head, for callers that write many heads that differ only in Content-Length.
void append_before_length(std::string& out, const ReplyHead& head);
void append_length(std::string& out, std::uint64_t length);
void append_after_length(std::string& out, const ReplyHead& head);

// The phrase of a status that a server sends (RFC 9110 section 15); "Unknown" for others.
[[nodiscard]] std::string_view reason_phrase(int status);

// True for the statuses whose replies have no content and no Content-Length: it is forbidden for
// 1xx and 204 (RFC 9110 section 8.6) and optional for 304.
[[nodiscard]] bool status_has_no_content(int status);

// The IMF-fixdate of RFC 9110 section 5.6.7, such as "Sun, 06 Nov 1994 08:49:37 GMT". Independent
// of locale and time zone.
[[nodiscard]] std::string format_http_date(std::time_t seconds);

}  // namespace tuber::http
