// The limits of a JSON text, each with its reason. tuber/protocol has the same ones, so that both
// ends refuse the same bodies.
#pragma once

#include <cstddef>

namespace tuber::json {

// Arrays and objects around a value. Far more than values need, far less than a stack holds.
inline constexpr std::size_t kMaxNesting = 256;

// Digits of an integer: the limit of CPython, because conversion takes quadratic time.
inline constexpr std::size_t kMaxDigits = 4300;

// Bytes of an integer that is written. They hold as many digits; checked before the conversion.
inline constexpr std::size_t kMaxIntegerBytes = 1786;

}  // namespace tuber::json
