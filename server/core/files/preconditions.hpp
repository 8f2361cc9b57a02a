// Conditional requests (RFC 9110 section 13): does the client already have this, or expect another?
// Reads no clock and no file.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "http/request.hpp"

namespace tuber::files {

// What tells one state of a representation from another.
struct Validators {
  std::string etag;          // strong, with its quotes
  std::time_t modified = 0;  // seconds since 1970, UTC
};

enum class Precondition {
  pass,          // answer as if there were none
  not_modified,  // 304
  failed,        // 412
};

// Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of
// section 13.2.2 for a GET or HEAD.
[[nodiscard]] Precondition evaluate_preconditions(const http::RequestHead& head,
                                                  const Validators& current);

// Whether Range may be heeded (If-Range, section 13.1.5). `now` because a date names one state of a
// file only when it lies at least a second back (section 8.8.2.2).
[[nodiscard]] bool range_applies(const http::RequestHead& head, const Validators& current,
                                 std::time_t now);

// Reads any of the three forms of section 5.6.7; nothing when it is none of them. A year of two
// digits lies between 1970 and 2069, as in POSIX strptime(): the RFC's sliding window needs a
// clock.
[[nodiscard]] std::optional<std::time_t> parse_http_date(std::string_view text);

}  // namespace tuber::files
