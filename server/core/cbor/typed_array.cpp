#include "cbor/typed_array.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "cbor/tags.hpp"

namespace tuber::cbor {
namespace {

using Kind = ElementType::Kind;

constexpr const char* kExpectedShaped = "an array of two: the shape and a typed array";
constexpr const char* kExpectedTyped = "a byte string";
constexpr const char* kExpectedBooleans = "an array of booleans";
constexpr const char* kExpectedComplexes = "a typed array of float32 or float64 in pairs";

// The bits of a typed array's tag (RFC 8746 section 2.1).
constexpr std::uint64_t kFloatBit = 0x10;
constexpr std::uint64_t kSignedBit = 0x08;
constexpr std::uint64_t kLittleEndianBit = 0x04;
constexpr std::uint64_t kSizeBits = 0x03;

// The largest size in bytes that both ends can represent.
constexpr std::uint64_t kMaxBytes = std::numeric_limits<std::int64_t>::max();

bool is_float_in_pairs(std::uint64_t tag) {
  const std::uint64_t size = tag & kSizeBits;
  return kind_of_tag(tag) == TagKind::array && tag >= tag::kFirstTyped && tag <= tag::kLastTyped &&
         (tag & kFloatBit) != 0 && size > 0;
}

bool read_typed(Reader& reader, const Head& tag, TypedArray& array) {
  if (!read_string_content(reader, tag, Major::byte_string, kExpectedTyped, array.content,
                           array.joined)) {
    return false;
  }
  array.type = element_type_of(tag.argument);
  const std::size_t size = array.type.size;
  if (array.content.size() % size == 0) return true;
  return reader.refuse(tag.offset, "tag " + std::to_string(tag.argument) + ": " +
                                       std::to_string(array.content.size()) +
                                       " bytes are not a whole number of items of " +
                                       std::to_string(size) + " bytes");
}

bool read_booleans(Reader& reader, const Head& tag, TypedArray& array) {
  Head items;
  if (!read_content(reader, tag, {Major::array}, kExpectedBooleans, items)) return false;
  if (items.indefinite()) return refuse_content(reader, tag, kExpectedBooleans);
  array.content = reader.take(static_cast<std::size_t>(items.argument));
  array.type = {Kind::boolean, 1, false};
  const bool all = std::all_of(array.content.begin(), array.content.end(),
                               [](char item) { return item == '\xf4' || item == '\xf5'; });
  return all || refuse_content(reader, tag, kExpectedBooleans);
}

bool read_complexes(Reader& reader, const Head& tag, TypedArray& array) {
  Head parts;
  if (!read_content(reader, tag, {Major::tag}, kExpectedComplexes, parts)) return false;
  if (!is_float_in_pairs(parts.argument)) return refuse_content(reader, tag, kExpectedComplexes);
  if (!read_typed(reader, parts, array)) return false;
  array.type.kind = Kind::complex;
  array.type.size *= 2;
  return array.content.size() % array.type.size == 0 ||
         refuse_content(reader, tag, kExpectedComplexes);
}

// Reads a one-dimensional array.
bool read_flat(Reader& reader, const Head& tag, TypedArray& array) {
  switch (tag.argument) {
    case tag::kHomogeneous:
      return read_booleans(reader, tag, array);
    case tag::kComplexArray:
      return read_complexes(reader, tag, array);
    default:
      return read_typed(reader, tag, array);
  }
}

bool read_shape(Reader& reader, const Head& tag, TypedArray& array) {
  Head shape;
  if (!read_content(reader, tag, {Major::array}, kExpectedShaped, shape)) return false;
  if (shape.indefinite()) return refuse_content(reader, tag, kExpectedShaped);
  if (shape.argument > kMaxDimensions) {
    return reader.refuse(tag.offset, "tag " + std::to_string(tag.argument) + ": more than " +
                                         std::to_string(kMaxDimensions) + " dimensions");
  }
  array.rank = static_cast<std::size_t>(shape.argument);
  for (std::size_t i = 0; i < array.rank; ++i) {
    Head dimension;
    if (!read_content(reader, tag, {Major::unsigned_integer}, kExpectedShaped, dimension))
      return false;
    array.dimensions[i] = dimension.argument;
  }
  return true;
}

// Returns the bytes that a shape needs; nothing if the product of its nonzero dimensions exceeds
// kMaxBytes.
std::optional<std::uint64_t> bytes_of(const TypedArray& array) {
  std::uint64_t bytes = array.type.size;
  bool empty = false;
  for (const std::uint64_t dimension : array.shape()) {
    if (dimension == 0) {
      empty = true;
    } else if (dimension > kMaxBytes / bytes) {
      return std::nullopt;
    } else {
      bytes *= dimension;
    }
  }
  return empty ? 0 : bytes;
}

// Formats a shape as a Python tuple.
std::string text_of(std::span<const std::uint64_t> shape) {
  std::string text = "(";
  for (const std::uint64_t dimension : shape) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(dimension);
  }
  text += shape.size() == 1 ? ",)" : ")";
  return text;
}

bool check_shape(Reader& reader, const Head& tag, const TypedArray& array) {
  const std::optional<std::uint64_t> takes = bytes_of(array);
  if (takes == array.content.size()) return true;
  const std::string bytes = takes ? std::to_string(*takes) : "more than 2**63 - 1";
  return reader.refuse(tag.offset, "tag " + std::to_string(tag.argument) + ": the shape " +
                                       text_of(array.shape()) + " takes " + bytes + " bytes, got " +
                                       std::to_string(array.content.size()));
}

}  // namespace

std::uint64_t tag_of(const ElementType& type) {
  if (type.kind == Kind::boolean) return tag::kHomogeneous;
  const bool real = type.kind == Kind::real || type.kind == Kind::complex;
  const std::size_t size = type.kind == Kind::complex ? type.size / 2 : type.size;
  std::uint64_t tag = tag::kFirstTyped;
  if (real) tag |= kFloatBit;
  if (type.kind == Kind::signed_integer) tag |= kSignedBit;
  if (!type.big_endian && size > 1) tag |= kLittleEndianBit;
  for (std::size_t width = real ? 2 : 1; width < size; width *= 2) ++tag;
  return tag;
}

ElementType element_type_of(std::uint64_t tag) {
  ElementType type;
  const bool real = (tag & kFloatBit) != 0;
  type.kind = real                      ? Kind::real
              : (tag & kSignedBit) != 0 ? Kind::signed_integer
                                        : Kind::unsigned_integer;
  type.size = (real ? std::size_t{2} : std::size_t{1}) << (tag & kSizeBits);
  type.big_endian = type.size > 1 && (tag & kLittleEndianBit) == 0;
  return type;
}

bool read_array(Reader& reader, const Head& tag, TypedArray& array) {
  if (tag.argument != tag::kRowMajor && tag.argument != tag::kColumnMajor) {
    if (!read_flat(reader, tag, array)) return false;
    array.rank = 1;
    array.dimensions[0] = array.content.size() / array.type.size;
    return true;
  }
  array.column_major = tag.argument == tag::kColumnMajor;
  Head pair, elements;
  if (!read_content(reader, tag, {Major::array}, kExpectedShaped, pair)) return false;
  if (!pair.is_array_of(2)) return refuse_content(reader, tag, kExpectedShaped);
  if (!read_shape(reader, tag, array) ||
      !read_content(reader, tag, {Major::tag}, kExpectedShaped, elements)) {
    return false;
  }
  const bool flat = kind_of_tag(elements.argument) == TagKind::array &&
                    elements.argument != tag::kRowMajor && elements.argument != tag::kColumnMajor;
  if (!flat) return refuse_content(reader, tag, kExpectedShaped);
  return read_flat(reader, elements, array) && check_shape(reader, tag, array);
}

}  // namespace tuber::cbor
