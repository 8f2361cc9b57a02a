// The head of a data item (RFC 8949 section 3): its initial byte and the argument after it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tuber::cbor {

enum class Major : std::uint8_t {
  unsigned_integer,
  negative_integer,  // -1 - argument
  byte_string,
  text_string,
  array,
  map,
  tag,
  simple,  // and floating-point numbers
};

// The additional information of an initial byte, beyond the arguments that are in the byte itself.
namespace info {
inline constexpr std::uint8_t kOneByte = 24;  // of argument, or a simple value, follow
inline constexpr std::uint8_t kTwoBytes = 25;
inline constexpr std::uint8_t kFourBytes = 26;
inline constexpr std::uint8_t kEightBytes = 27;
inline constexpr std::uint8_t kIndefinite = 31;  // of major type simple: the break
}  // namespace info

// Simple values (RFC 8949 section 3.3).
namespace simple {
inline constexpr std::uint64_t kFalse = 20;
inline constexpr std::uint64_t kTrue = 21;
inline constexpr std::uint64_t kNull = 22;
inline constexpr std::uint64_t kUndefined = 23;
}  // namespace simple

struct Head {
  std::size_t offset = 0;  // of its initial byte
  Major major = Major::unsigned_integer;
  std::uint8_t info = 0;
  std::uint64_t argument = 0;  // of a float: its bits

  [[nodiscard]] bool is(Major wanted) const { return major == wanted; }
  [[nodiscard]] bool indefinite() const { return info == info::kIndefinite; }
  [[nodiscard]] bool is_break() const { return is(Major::simple) && indefinite(); }
  [[nodiscard]] bool is_integer() const {
    return is(Major::unsigned_integer) || is(Major::negative_integer);
  }
  [[nodiscard]] bool is_float() const {
    return is(Major::simple) && info >= info::kTwoBytes && info <= info::kEightBytes;
  }
  [[nodiscard]] bool is_array_of(std::uint64_t count) const {
    return is(Major::array) && !indefinite() && argument == count;
  }
};

}  // namespace tuber::cbor
