#include "http/field_line.hpp"

#include "http/characters.hpp"

namespace tuber::http {
namespace {

std::string_view reason_for_bad_name(std::string_view line, std::size_t name_size) {
  const bool ends = name_size == line.size();
  const bool blank = !ends && (line[name_size] == ' ' || line[name_size] == '\t');
  // RFC 9112 section 5.2 lets a server refuse folding, section 2.2 white space before all fields.
  if (name_size == 0 && blank) return "field line begins with white space";
  if (name_size == 0) return "field name is empty or begins with an invalid character";
  if (ends) return "field line has no colon";
  if (blank) return "white space between field name and colon";  // RFC 9112 section 5.1
  return "invalid character in a field name";
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

}  // namespace tuber::http
