// Arrays of numbers (RFC 8746): element type, shape and bytes. Must never look at the numbers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "cbor/limits.hpp"
#include "cbor/reader.hpp"

namespace tuber::cbor {

// One number of an array.
struct ElementType {
  enum class Kind : std::uint8_t { boolean, signed_integer, unsigned_integer, real, complex };

  Kind kind = Kind::unsigned_integer;
  std::size_t size = 1;  // bytes; of a complex number both parts
  bool big_endian = false;

  bool operator==(const ElementType&) const = default;
};

// The tag of a typed array of such numbers; of a complex type the tag of its parts; 41 for
// booleans.
[[nodiscard]] std::uint64_t tag_of(const ElementType& type);
// REQUIRES: the tag is that of a known typed array.
[[nodiscard]] ElementType element_type_of(std::uint64_t tag);

struct TypedArray {
  ElementType type;
  bool column_major = false;
  std::array<std::uint64_t, kMaxDimensions> dimensions{};
  std::size_t rank = 0;
  std::string_view content;  // of booleans: 0xf4 or 0xf5 each
  std::string joined;        // holds the content when it came in chunks

  [[nodiscard]] std::span<const std::uint64_t> shape() const { return {dimensions.data(), rank}; }
};

// Reads the content of any tag of an array, whose head was read last. False with the reader's fault
// set. `array` must not be moved while its content is used.
[[nodiscard]] bool read_array(Reader& reader, const Head& tag, TypedArray& array);

}  // namespace tuber::cbor
