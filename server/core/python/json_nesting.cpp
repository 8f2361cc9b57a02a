#include "python/json_nesting.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace tuber::python {
namespace {

// What a byte outside of strings adds to the depth.
constexpr std::array<std::int8_t, 256> kSteps = [] {
  std::array<std::int8_t, 256> steps{};
  steps['['] = steps['{'] = 1;
  steps[']'] = steps['}'] = -1;
  return steps;
}();

// Without branches, because each would be guessed wrong often. REQUIRES: there is no backslash, so
// that each quotation mark begins a string or ends it.
std::ptrdiff_t depth_of(std::string_view json) {
  std::ptrdiff_t depth = 0;
  std::ptrdiff_t deepest = 0;
  std::ptrdiff_t outside = -1;  // all bits, or none in a string
  for (const char c : json) {
    outside ^= -static_cast<std::ptrdiff_t>(c == '"');
    depth += kSteps[static_cast<unsigned char>(c)] & outside;
    deepest = std::max(deepest, depth);
  }
  return deepest;
}

std::ptrdiff_t depth_with_escapes(std::string_view json) {
  std::ptrdiff_t depth = 0;
  std::ptrdiff_t deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') {
      in_string = !in_string;
    } else if (in_string) {
      if (c == '\\') ++i;
    } else {
      depth += kSteps[static_cast<unsigned char>(c)];
      deepest = std::max(deepest, depth);
    }
  }
  return deepest;
}

}  // namespace

bool is_nested_deeper(std::string_view json, std::size_t most) {
  const auto openings =
      std::count_if(json.begin(), json.end(), [](char c) { return (c | 0x20) == '{'; });
  if (static_cast<std::size_t>(openings) <= most) return false;  // as of nearly all requests
  const bool has_escapes = json.find('\\') != std::string_view::npos;
  const std::ptrdiff_t depth = has_escapes ? depth_with_escapes(json) : depth_of(json);
  return static_cast<std::size_t>(depth) > most;
}

}  // namespace tuber::python
