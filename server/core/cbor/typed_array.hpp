// Reads arrays of numbers (RFC 8746): type of the elements, shape, and bytes. Does not read the
// numbers themselves.
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

// The type of the numbers of an array.
struct ElementType {
  enum class Kind : std::uint8_t { boolean, signed_integer, unsigned_integer, real, complex };

  Kind kind = Kind::unsigned_integer;
  std::size_t size = 1;  // in bytes; a complex number includes both parts
  bool big_endian = false;

  bool operator==(const ElementType&) const = default;
};

// The tag of a typed array of this type. For complex numbers it is the tag of their parts, and for
// booleans it is 41.
[[nodiscard]] std::uint64_t tag_of(const ElementType& type);
// REQUIRES: `tag` is a supported typed array.
[[nodiscard]] ElementType element_type_of(std::uint64_t tag);

struct TypedArray {
  ElementType type;
  bool column_major = false;
  std::array<std::uint64_t, kMaxDimensions> dimensions{};
  std::size_t rank = 0;
  std::string_view content;  // for booleans, bytes 0xf4 and 0xf5
  std::string joined;        // owns the content if it has chunks

  [[nodiscard]] std::span<const std::uint64_t> shape() const { return {dimensions.data(), rank}; }
};

// Reads the content of an array's tag, whose head was read last. On failure returns false with the
// fault of the reader set. `array` must not be moved while its content is used.
[[nodiscard]] bool read_array(Reader& reader, const Head& tag, TypedArray& array);

}  // namespace tuber::cbor
