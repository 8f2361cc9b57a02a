// Writes heads and numbers in their shortest form (RFC 8949 section 4.1, preferred serialization).
// Must never know what a value was in any language.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cbor/head.hpp"
#include "cbor/typed_array.hpp"

namespace tuber::cbor {

// Appends a head; `at_least` bytes of argument even when fewer would do: 0, 1, 2, 4 or 8.
void append_head(std::string& out, Major major, std::uint64_t argument, std::size_t at_least = 0);
void append_tag(std::string& out, std::uint64_t number);
void append_text(std::string& out, std::string_view text);
void append_simple(std::string& out, std::uint64_t value);
// The shortest float that is equal; any NaN becomes f97e00.
void append_float(std::string& out, double value);

// Appends everything before the bytes of an array: its tags, its shape, and the head of its bytes.
// `offset`: where in the body this begins. `column_major`: the elements of the first dimension are
// adjacent (tag 1040).
void append_array_head(std::string& out, const ElementType& type,
                       std::span<const std::uint64_t> shape, bool column_major,
                       std::uint64_t offset);

}  // namespace tuber::cbor
