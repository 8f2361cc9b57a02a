// The limits of the CBOR reader, each with its reason. The Python twin is tuber/protocol.py; both
// ends refuse the same bodies.
#pragma once

#include <cstddef>

namespace tuber::cbor {

// Arrays, maps and tags around an item. Far more than values have, far less than a stack holds.
inline constexpr std::size_t kMaxNesting = 256;

// Bytes of an integer beyond 64 bits: the 4300 decimal digits that CPython itself is willing to
// read, because reading more takes quadratic time.
inline constexpr std::size_t kMaxBignumBytes = 1786;

// Dimensions of an array: what every numpy in use can make.
inline constexpr std::size_t kMaxDimensions = 32;

// Keys of one map, or elements of one set, that are neither text nor byte strings. Python draws the
// hashes of those two at random; the hashes of the others can be foreseen, so a sender could make
// all of them collide, and the time would be the square of their number.
inline constexpr std::size_t kMaxForeseeableKeys = 8192;

}  // namespace tuber::cbor
