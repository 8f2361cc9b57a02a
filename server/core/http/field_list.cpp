#include "http/field_list.hpp"

#include <algorithm>

namespace tuber::http {
namespace {

// "0.75" -> 750.
int parse_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return kFullWeight;
  if (text.size() > 1 && text[1] != '.') return kFullWeight;
  int weight = (text[0] - '0') * kFullWeight;
  int unit = kFullWeight / 10;
  for (const char c : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (!is_digit(c)) return kFullWeight;
    weight += (c - '0') * unit;
    unit /= 10;
  }
  return std::min(weight, kFullWeight);
}

}  // namespace

int weight_of(std::string_view element) {
  while (true) {
    const std::size_t semicolon = element.find(';');
    if (semicolon == std::string_view::npos) return kFullWeight;
    element = trim(element.substr(semicolon + 1));
    if (element.size() >= 2 && to_lower(element[0]) == 'q' && element[1] == '=') {
      return parse_weight(trim(element.substr(2, element.find(';') - 2)));
    }
  }
}

}  // namespace tuber::http
