// Parses one field line of a head or a trailer section (RFC 9112 section 5). Must never repair a
// line: white space before the colon, folding and empty names have been used for request smuggling.
#pragma once

#include <optional>
#include <string_view>

#include "http/outcome.hpp"
#include "http/request.hpp"

namespace tuber::http {

// Splits `line`, without its CRLF, into name and value, which point into it. The offset of a fault
// counts from the line's start. Values may have bytes above 0x7f, which RFC 9110 section 5.5 calls
// opaque.
// REQUIRES: find_control() found no control character in the line.
[[nodiscard]] std::optional<Fault> parse_field_line(std::string_view line, Field& field);

}  // namespace tuber::http
