#include "python/json/nesting.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace tuber::python {
namespace {

// Bytes examined together, one bit of a word for each.
constexpr std::size_t kBlock = 64;

struct Masks {
  std::uint64_t quotes = 0;
  std::uint64_t opening = 0;  // [ and {, including those in strings
  std::uint64_t closing = 0;
};

// "[" differs from "{", and "]" from "}", in this bit only.
constexpr char kBraceBit = 0x20;

#ifdef __SSE2__
Masks masks_of(const char* block) {
  Masks masks;
  for (std::size_t at = 0; at < kBlock; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + at));
    const __m128i braces = _mm_or_si128(bytes, _mm_set1_epi8(kBraceBit));
    const auto where = [at](__m128i equal) {
      return static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(equal))) << at;
    };
    masks.quotes |= where(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    masks.opening |= where(_mm_cmpeq_epi8(braces, _mm_set1_epi8('{')));
    masks.closing |= where(_mm_cmpeq_epi8(braces, _mm_set1_epi8('}')));
  }
  return masks;
}
#else
Masks masks_of(const char* block) {
  Masks masks;
  for (std::size_t at = 0; at < kBlock; ++at) {
    const auto brace = static_cast<char>(block[at] | kBraceBit);
    masks.quotes |= static_cast<std::uint64_t>(block[at] == '"') << at;
    masks.opening |= static_cast<std::uint64_t>(brace == '{') << at;
    masks.closing |= static_cast<std::uint64_t>(brace == '}') << at;
  }
  return masks;
}
#endif

// Sets each bit whose prefix, itself included, contains an odd number of bits (prefix XOR).
std::uint64_t parities(std::uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

// Tracks the depth from block to block. In JSON without backslashes each quotation mark begins or
// ends a string.
class Depth {
 public:
  explicit Depth(std::size_t most) : most_(static_cast<std::ptrdiff_t>(most)) {}

  // False if the depth exceeds the limit.
  bool take(const char* block) {
    const Masks masks = masks_of(block);
    const std::uint64_t in_string = parities(masks.quotes) ^ in_string_;
    in_string_ = (in_string >> 63) != 0 ? ~std::uint64_t{0} : 0;
    const std::uint64_t opening = masks.opening & ~in_string;
    const std::uint64_t closing = masks.closing & ~in_string;
    if (depth_ + std::popcount(opening) > most_) return take_one_by_one(opening, closing);
    depth_ += std::popcount(opening) - std::popcount(closing);
    return true;
  }

 private:
  bool take_one_by_one(std::uint64_t opening, std::uint64_t closing) {
    for (std::uint64_t left = opening | closing; left != 0; left &= left - 1) {
      const std::uint64_t first = left & (~left + 1);
      depth_ += (first & opening) != 0 ? 1 : -1;
      if (depth_ > most_) return false;
    }
    return true;
  }

  std::ptrdiff_t most_;
  std::ptrdiff_t depth_ = 0;
  std::uint64_t in_string_ = 0;  // all bits set if the block begins inside a string
};

bool is_deeper_with_escapes(std::string_view json, std::size_t most) {
  std::ptrdiff_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') {
      in_string = !in_string;
    } else if (in_string) {
      if (c == '\\') ++i;
    } else if (c == '[' || c == '{') {
      if (++depth > static_cast<std::ptrdiff_t>(most)) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

}  // namespace

bool is_nested_deeper(std::string_view json, std::size_t most) {
  if (json.size() / 2 <= most) return false;  // true of nearly all requests
  if (json.find('\\') != std::string_view::npos) return is_deeper_with_escapes(json, most);
  Depth depth(most);
  for (; json.size() >= kBlock; json.remove_prefix(kBlock)) {
    if (!depth.take(json.data())) return true;
  }
  std::array<char, kBlock> rest{};
  std::memcpy(rest.data(), json.data(), json.size());
  return !depth.take(rest.data());
}

}  // namespace tuber::python
