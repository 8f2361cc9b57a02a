// Parses the request line (RFC 9112 section 3). Must never repair it.
#pragma once

#include <optional>
#include <string_view>

#include "http/outcome.hpp"

namespace tuber::http {

// All views point into the line.
struct RequestLine {
  std::string_view method;
  std::string_view target;
  std::string_view path;       // without the query; empty stands for "/" (RFC 9110 section 4.2.3)
  std::string_view authority;  // of an absolute-form target, else empty
  int minor_version = 1;       // 0 or 1: RFC 9110 section 2.5 reads HTTP/1.2 and later as HTTP/1.1
};

// Splits `line`, without its CRLF. The offset of a fault counts from the line's start.
[[nodiscard]] std::optional<Fault> parse_request_line(std::string_view line, RequestLine& parsed);

}  // namespace tuber::http
