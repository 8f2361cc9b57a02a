// Writes heads and numbers in their shortest form (RFC 8949 section 4.1, preferred serialization).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cbor/reader.hpp"
#include "cbor/typed_array.hpp"

namespace tuber::cbor {

// Appends a head whose argument has at least `at_least` bytes: 0, 1, 2, 4 or 8.
void append_head(std::string& out, Major major, std::uint64_t argument, std::size_t at_least = 0);
void append_tag(std::string& out, std::uint64_t number);
void append_text(std::string& out, std::string_view text);
void append_simple(std::string& out, std::uint64_t value);
// Appends the shortest float that is equal to the value; f97e00 for every NaN.
void append_float(std::string& out, double value);

// Appends the tags of an array, its shape, and the head of its bytes. `offset`: of `out.end()` in
// the body. `column_major`: elements of the first dimension are adjacent (tag 1040).
void append_array_head(std::string& out, const ElementType& type,
                       std::span<const std::uint64_t> shape, bool column_major,
                       std::uint64_t offset);

}  // namespace tuber::cbor
