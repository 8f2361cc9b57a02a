// Finds the end of the characters that stand for themselves in a JSON string.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace tuber::json {

// Where a run ended, and whether it was ASCII.
struct Run {
  const char* end;
  bool ascii;
};

// True for a quotation mark, a backslash and the control characters up to U+001F.
[[nodiscard]] inline bool needs_escape(char character) {
  return static_cast<unsigned char>(character) < 0x20 || character == '"' || character == '\\';
}

// True if one of eight bytes needs an escape.
[[nodiscard]] inline bool word_needs_escape(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
  const auto zeros = [](std::uint64_t bytes) { return (bytes - kOnes) & ~bytes & kHigh; };
  return (((word - kOnes * 0x20) & ~word & kHigh) | zeros(word ^ kOnes * '"') |
          zeros(word ^ kOnes * '\\')) != 0;
}

// Eight bytes at a time, for any processor.
[[nodiscard]] inline Run find_escape_by_words(const char* at, const char* end) {
  constexpr std::uint64_t kHigh = 0x8080808080808080;
  std::uint64_t seen = 0;
  for (; end - at >= 8; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof(word));
    if (word_needs_escape(word)) break;
    seen |= word;
  }
  for (; at != end && !needs_escape(*at); ++at) seen |= static_cast<unsigned char>(*at);
  return {at, (seen & kHigh) == 0};
}

// The first character from `at` on that needs an escape, or `end`.
[[nodiscard]] inline Run find_escape(const char* at, const char* end) {
#ifdef __SSE2__
  const auto special = [](__m128i bytes) {
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    return _mm_or_si128(control, _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                              _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
  };
  const auto load = [](const char* from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  };
  __m128i seen = _mm_setzero_si128();
  for (; end - at >= 64; at += 64) {
    const __m128i a = load(at), b = load(at + 16), c = load(at + 32), d = load(at + 48);
    const __m128i found =
        _mm_or_si128(_mm_or_si128(special(a), special(b)), _mm_or_si128(special(c), special(d)));
    if (_mm_movemask_epi8(found) != 0) break;
    seen = _mm_or_si128(seen, _mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(c, d)));
  }
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = load(at);
    const int found = _mm_movemask_epi8(special(bytes));
    if (found != 0) {
      const int before = std::countr_zero(static_cast<unsigned>(found));
      const int high = _mm_movemask_epi8(bytes) & ((1 << before) - 1);
      return {at + before, (high | _mm_movemask_epi8(seen)) == 0};
    }
    seen = _mm_or_si128(seen, bytes);
  }
  const Run rest = find_escape_by_words(at, end);
  return {rest.end, rest.ascii && _mm_movemask_epi8(seen) == 0};
#else
  return find_escape_by_words(at, end);
#endif
}

}  // namespace tuber::json
