// Reads header fields that are comma-separated lists (RFC 9110 section 5.6.1), and the weights of
// their elements. Must never repair an element.
#pragma once

#include <cstddef>
#include <string_view>

#include "http/characters.hpp"
#include "http/request.hpp"

namespace tuber::http {

// Calls `visit` with each element, trimmed and not empty, of all fields of that name in order: a
// list may be spread over several fields (RFC 9110 section 5.3). A comma within double quotes does
// not separate.
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

// Returns the weight of one element, such as 500 for "gzip;q=0.5"; 0 means "not acceptable".
// Without a valid qvalue it is the full weight.
[[nodiscard]] int weight_of(std::string_view element);

}  // namespace tuber::http
