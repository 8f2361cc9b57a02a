#include "cbor/writer.hpp"

#include <bit>
#include <cfloat>
#include <cmath>
#include <optional>

#include "cbor/tags.hpp"

namespace tuber::cbor {
namespace {

// Arrays of at least this many bytes begin at a multiple of kAlignment in the body, so that a
// receiver can use them in place. Copying smaller ones is cheaper.
constexpr std::uint64_t kMinAlignedBytes = 1024;
constexpr std::uint64_t kAlignment = 8;

// The padding below requires that the head of the shape has one byte.
constexpr std::size_t kMaxAlignedRank = 23;

// The minimum number of argument bytes of three heads; 0: the shortest form.
struct Padding {
  std::size_t pair, shape, tag;  // the array of two, the shape, the tag of the elements
};

// By the number of missing bytes. Longer heads mean the same (RFC 8949 section 3).
constexpr Padding kPaddings[kAlignment] = {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}, {1, 2, 0},
                                           {4, 0, 0}, {4, 1, 0}, {4, 2, 0}, {4, 2, 1}};

void append_big_endian(std::string& out, std::uint64_t value, std::size_t width) {
  for (std::size_t shift = 8 * width; shift > 0; shift -= 8)
    out += static_cast<char>(value >> (shift - 8));
}

void append_initial(std::string& out, Major major, std::uint8_t info) {
  out += static_cast<char>(static_cast<unsigned>(major) << 5 | info);
}

// The half-precision float that is equal to `value`, if there is one.
std::optional<std::uint16_t> exact_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000);
  const int exponent = static_cast<int>(bits >> 23 & 0xff) - 127;
  const std::uint32_t mantissa = bits & 0x7fffff;
  if (value == 0.0f) return sign;
  if (std::isinf(value)) return static_cast<std::uint16_t>(sign | 0x7c00);
  if (exponent > 15 || exponent < -24) return std::nullopt;
  if (exponent >= -14) {
    if ((mantissa & 0x1fff) != 0) return std::nullopt;
    return static_cast<std::uint16_t>(sign | (exponent + 15) << 10 | mantissa >> 13);
  }
  const std::uint32_t whole = mantissa | 0x800000;
  const int shift = -1 - exponent;  // 14 for the largest subnormal, 23 for the smallest
  if ((whole & ((std::uint32_t{1} << shift) - 1)) != 0) return std::nullopt;
  return static_cast<std::uint16_t>(sign | whole >> shift);
}

void append_elements_head(std::string& out, const ElementType& type, std::uint64_t bytes,
                          std::size_t tag_padding) {
  if (type.kind == ElementType::Kind::complex) append_tag(out, tag::kComplexArray);
  // The tag of a typed array needs one byte of argument; two mean the same.
  append_head(out, Major::tag, tag_of(type), tag_padding == 0 ? 0 : 2);
  const bool booleans = type.kind == ElementType::Kind::boolean;
  append_head(out, booleans ? Major::array : Major::byte_string, bytes);
}

void append_array_head(std::string& out, const ElementType& type,
                       std::span<const std::uint64_t> shape, bool column_major, std::uint64_t bytes,
                       const Padding& padding) {
  append_tag(out, column_major ? tag::kColumnMajor : tag::kRowMajor);
  append_head(out, Major::array, 2, padding.pair);
  append_head(out, Major::array, shape.size(), padding.shape);
  for (const std::uint64_t dimension : shape) append_head(out, Major::unsigned_integer, dimension);
  append_elements_head(out, type, bytes, padding.tag);
}

}  // namespace

void append_head(std::string& out, Major major, std::uint64_t argument, std::size_t at_least) {
  if (argument < info::kOneByte && at_least == 0) {
    append_initial(out, major, static_cast<std::uint8_t>(argument));
  } else if (argument <= UINT8_MAX && at_least <= 1) {
    append_initial(out, major, info::kOneByte);
    append_big_endian(out, argument, 1);
  } else if (argument <= UINT16_MAX && at_least <= 2) {
    append_initial(out, major, info::kTwoBytes);
    append_big_endian(out, argument, 2);
  } else if (argument <= UINT32_MAX && at_least <= 4) {
    append_initial(out, major, info::kFourBytes);
    append_big_endian(out, argument, 4);
  } else {
    append_initial(out, major, info::kEightBytes);
    append_big_endian(out, argument, 8);
  }
}

void append_tag(std::string& out, std::uint64_t number) {
  append_head(out, Major::tag, number);
}

void append_text(std::string& out, std::string_view text) {
  append_head(out, Major::text_string, text.size());
  out += text;
}

void append_simple(std::string& out, std::uint64_t value) {
  append_initial(out, Major::simple, static_cast<std::uint8_t>(value));
}

void append_float(std::string& out, double value) {
  constexpr std::uint64_t kNan = 0x7e00;
  const bool in_float_range = !(std::fabs(value) > FLT_MAX) || std::isinf(value);
  const float single = in_float_range ? static_cast<float>(value) : 0.0f;
  if (std::isnan(value)) {
    append_initial(out, Major::simple, info::kTwoBytes);
    append_big_endian(out, kNan, 2);
  } else if (single != value) {
    append_initial(out, Major::simple, info::kEightBytes);
    append_big_endian(out, std::bit_cast<std::uint64_t>(value), 8);
  } else if (const auto half = exact_half(single)) {
    append_initial(out, Major::simple, info::kTwoBytes);
    append_big_endian(out, *half, 2);
  } else {
    append_initial(out, Major::simple, info::kFourBytes);
    append_big_endian(out, std::bit_cast<std::uint32_t>(single), 4);
  }
}

void append_array_head(std::string& out, const ElementType& type,
                       std::span<const std::uint64_t> shape, bool column_major,
                       std::uint64_t offset) {
  std::uint64_t bytes = type.size;
  for (const std::uint64_t dimension : shape) bytes *= dimension;
  const std::size_t begin = out.size();
  append_array_head(out, type, shape, column_major, bytes, kPaddings[0]);
  const std::uint64_t missing = -(offset + (out.size() - begin)) % kAlignment;
  const bool aligned = bytes >= kMinAlignedBytes && shape.size() <= kMaxAlignedRank &&
                       type.kind != ElementType::Kind::boolean;
  if (!aligned || missing == 0) return;
  out.resize(begin);
  append_array_head(out, type, shape, column_major, bytes, kPaddings[missing]);
}

}  // namespace tuber::cbor
