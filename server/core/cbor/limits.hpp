// The limits of the CBOR reader, each with its reason. The Python twin is tuber/protocol; both ends
// refuse the same bodies.
#pragma once

#include <cstddef>

namespace tuber::cbor {

// Arrays, maps and tags around an item. Far more than values have, far less than a stack holds.
inline constexpr std::size_t kMaxNesting = 256;

// Bytes of an integer over 64 bits: the 4300 decimal digits that CPython reads by default, because
// reading them takes quadratic time.
inline constexpr std::size_t kMaxBignumBytes = 1786;

// Dimensions of an array: what every numpy version supports.
inline constexpr std::size_t kMaxDimensions = 32;

// Keys of one map, or elements of one set, that are neither text nor byte strings. Python
// randomizes the hashes of those two. Other hashes can be predicted, so a sender could make all of
// them collide, which takes quadratic time.
inline constexpr std::size_t kMaxForeseeableKeys = 8192;

}  // namespace tuber::cbor
