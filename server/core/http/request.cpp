#include "http/request.hpp"

#include "http/characters.hpp"

namespace tuber::http {

std::optional<std::string_view> RequestHead::field(std::string_view name) const {
  for (const Field& field : fields) {
    if (equals_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

}  // namespace tuber::http
