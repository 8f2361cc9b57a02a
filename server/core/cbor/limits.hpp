// The limits of a CBOR body, each with its reason. tuber/protocol has the same ones, so that both
// ends refuse the same bodies.
#pragma once

#include <cstddef>

namespace tuber::cbor {

// Arrays, maps and tags around an item. Far more than values need, and far less than the stack
// allows.
inline constexpr std::size_t kMaxNesting = 256;

// Bytes of an integer over 64 bits. Corresponds to 4300 decimal digits, the limit of CPython,
// because parsing takes quadratic time.
inline constexpr std::size_t kMaxBignumBytes = 1786;

// Dimensions of an array. Every supported numpy version allows as many.
inline constexpr std::size_t kMaxDimensions = 32;

// Keys of one map, or elements of one set, with the same hash: tuples, complex numbers and others
// that a sender can choose so that the time would grow with the square of their number. Python
// randomizes the hashes of strings, and only a few hundred numbers of 64 bits have the same.
inline constexpr std::size_t kMaxEqualHashes = 64;

}  // namespace tuber::cbor
