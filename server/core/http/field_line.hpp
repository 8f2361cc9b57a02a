// Parses one field line, of a head or of a trailer section (RFC 9112 section 5), strictly. Must
// never repair a line: white space before the colon, folding and empty names have all been used to
// make two servers disagree.
#pragma once

#include <optional>
#include <string_view>

#include "http/outcome.hpp"
#include "http/request.hpp"

namespace tuber::http {

// Splits `line`, given without its CRLF, into name and value, both pointing into it. On a fault,
// its offset counts from the line's start. Bytes above 0x7f are allowed in values, where RFC 9110
// section 5.5 calls them opaque.
// REQUIRES: find_control() found no control character in the line.
[[nodiscard]] std::optional<Fault> parse_field_line(std::string_view line, Field& field);

}  // namespace tuber::http
