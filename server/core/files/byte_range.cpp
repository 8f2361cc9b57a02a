#include "files/byte_range.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "http/characters.hpp"

namespace tuber::files {
namespace {

// A position of any number of digits; one too large to hold is beyond the end of every file, and so
// is the largest that we can hold.
std::optional<std::uint64_t> parse_position(std::string_view digits) {
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  std::uint64_t position = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), position);
  if (parsed.ec != std::errc()) return std::numeric_limits<std::uint64_t>::max();
  return position;
}

}  // namespace

ByteRange parse_byte_range(std::string_view field, std::uint64_t size) {
  const ByteRange whole{ByteRange::Kind::whole, 0, size};
  const ByteRange unsatisfiable{ByteRange::Kind::unsatisfiable, 0, 0};
  const std::size_t equals = field.find('=');
  if (equals == std::string_view::npos) return whole;
  if (!http::equals_ignoring_case(http::trim(field.substr(0, equals)), "bytes")) return whole;
  const std::string_view range = http::trim(field.substr(equals + 1));
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos) return whole;
  // A comma, and so a second range, is no digit.
  const auto first = parse_position(range.substr(0, dash));
  const auto last = parse_position(range.substr(dash + 1));

  if (dash == 0) {
    if (!last) return whole;
    const std::uint64_t length = std::min(*last, size);
    if (length == 0) return unsatisfiable;
    return {ByteRange::Kind::part, size - length, length};
  }
  const bool open_ended = dash + 1 == range.size();
  if (!first || (!last && !open_ended) || (last && *last < *first)) return whole;
  if (*first >= size) return unsatisfiable;
  const std::uint64_t end = open_ended ? size - 1 : std::min(*last, size - 1);
  return {ByteRange::Kind::part, *first, end - *first + 1};
}

}  // namespace tuber::files
