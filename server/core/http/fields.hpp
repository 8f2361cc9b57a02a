// Parses field lines of heads and trailers (RFC 9112 section 5) and reads fields that are
// comma-separated lists (RFC 9110 section 5.6.1). Must never repair malformed input: white space
// before the colon, folding and empty names have all been used to make two servers disagree.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "http/characters.hpp"
#include "http/request.hpp"

namespace tuber::http {

// Splits `line`, given without its CRLF, into name and value, which point into it. The offset of a
// fault counts from the start of the line. Values may contain bytes above 0x7f, which RFC 9110
// section 5.5 calls opaque. REQUIRES: find_control() found no control character in the line.
[[nodiscard]] std::optional<Fault> parse_field_line(std::string_view line, Field& field);

// Calls `visit` with each non-empty element, trimmed, of all fields of that name, in order. A list
// may be spread over several fields (RFC 9110 section 5.3). A comma inside double quotes does not
// separate elements.
template <typename Visit>
void for_each_element(const RequestHead& head, std::string_view name, Visit&& visit) {
  for (const Field& field : head.fields) {
    if (!equals_ignoring_case(field.name, name)) continue;
    std::size_t begin = 0;
    bool quoted = false;
    for (std::size_t i = 0; i <= field.value.size(); ++i) {
      if (i < field.value.size()) {
        if (field.value[i] == '"') quoted = !quoted;
        if (quoted || field.value[i] != ',') continue;
      }
      const std::string_view element = trim(field.value.substr(begin, i - begin));
      if (!element.empty()) visit(element);
      begin = i + 1;
    }
  }
}

// Weights are in thousandths: RFC 9110 section 12.4.2 allows three decimals.
inline constexpr int kFullWeight = 1000;

// The weight of one element, for example 500 for "gzip;q=0.5". 0 means "not acceptable". A missing
// or malformed weight counts as the full weight.
[[nodiscard]] int weight_of(std::string_view element);

}  // namespace tuber::http
