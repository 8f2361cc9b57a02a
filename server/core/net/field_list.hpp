// Reading header fields that are comma-separated lists (RFC 9110 section 5.6.1).
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "http/characters.hpp"
#include "http/request.hpp"

namespace tuber::net {

// Calls `visit` with each element, trimmed and not empty, of all the fields of that name in order:
// a list may be spread over several fields (RFC 9110 section 5.3). A comma within double quotes
// separates nothing.
inline void for_each_element(const http::RequestHead& head, std::string_view name,
                             const std::function<void(std::string_view)>& visit) {
  for (const http::Field& field : head.fields) {
    if (!http::equals_ignoring_case(field.name, name)) continue;
    std::size_t begin = 0;
    bool quoted = false;
    for (std::size_t i = 0; i <= field.value.size(); ++i) {
      if (i < field.value.size()) {
        if (field.value[i] == '"') quoted = !quoted;
        if (quoted || field.value[i] != ',') continue;
      }
      const std::string_view element = http::trim(field.value.substr(begin, i - begin));
      if (!element.empty()) visit(element);
      begin = i + 1;
    }
  }
}

}  // namespace tuber::net
