// The Range field (RFC 9110 section 14) for one range of bytes.
#pragma once

#include <cstdint>
#include <string_view>

namespace tuber::files {

// What of a representation is to be sent.
struct ByteRange {
  enum class Kind {
    whole,          // there is no range that we serve: the field is ignored, as section 14.2 allows
    part,           // 206
    unsatisfiable,  // 416
  };
  Kind kind = Kind::whole;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // at least 1 when kind is part
};

// Reads a field such as "bytes=0-99", "bytes=100-" or "bytes=-100" for a representation of `size`
// bytes. Several ranges in one field are answered with the whole: nobody asks a board for them, and
// overlapping ones are an attack (section 17.15).
[[nodiscard]] ByteRange parse_byte_range(std::string_view field, std::uint64_t size);

}  // namespace tuber::files
