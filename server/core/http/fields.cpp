#include "http/fields.hpp"

#include <algorithm>

namespace tuber::http {
namespace {

std::string_view reason_for_bad_name(std::string_view line, std::size_t name_size) {
  const bool ends = name_size == line.size();
  const bool blank = !ends && (line[name_size] == ' ' || line[name_size] == '\t');
  // RFC 9112 section 5.2 allows refusing folding, section 2.2 white space before the first field.
  if (name_size == 0 && blank) return "field line begins with white space";
  if (name_size == 0) return "field name is empty or begins with an invalid character";
  if (ends) return "field line has no colon";
  if (blank) return "white space between field name and colon";  // RFC 9112 section 5.1
  return "invalid character in a field name";
}

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

std::optional<Fault> parse_field_line(std::string_view line, Field& field) {
  const std::size_t name_size = span_of_class(line, kTokenCharacter);
  if (name_size == 0 || name_size == line.size() || line[name_size] != ':') {
    return Fault{400, name_size, reason_for_bad_name(line, name_size)};
  }
  field.name = line.substr(0, name_size);
  field.value = trim(line.substr(name_size + 1));
  return std::nullopt;
}

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
