// The supported tags (PROTOCOL.md section 9) and their content. Any other tag is refused, because
// ignoring it would change the value.
//
// Sources: RFC 8949 section 3.4 (0-3, 55799), RFC 8943 (100, 1004), RFC 8746 (40, 41, 64-87, 1040),
// the IANA registry of CBOR tags (37, 258, 43000, 43001).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "cbor/dates.hpp"
#include "cbor/reader.hpp"

namespace tuber::cbor {

namespace tag {
inline constexpr std::uint64_t kDateTime = 0;
inline constexpr std::uint64_t kEpoch = 1;
inline constexpr std::uint64_t kBignum = 2;
inline constexpr std::uint64_t kNegativeBignum = 3;
inline constexpr std::uint64_t kUuid = 37;
inline constexpr std::uint64_t kRowMajor = 40;
inline constexpr std::uint64_t kHomogeneous = 41;
inline constexpr std::uint64_t kFirstTyped = 64;
inline constexpr std::uint64_t kLastTyped = 87;
inline constexpr std::uint64_t kDays = 100;
inline constexpr std::uint64_t kSet = 258;
inline constexpr std::uint64_t kDate = 1004;
inline constexpr std::uint64_t kColumnMajor = 1040;
inline constexpr std::uint64_t kComplex = 43000;
inline constexpr std::uint64_t kComplexArray = 43001;
inline constexpr std::uint64_t kSelfDescribed = 55799;
}  // namespace tag

// The kind of value that a tag and its content stand for.
enum class TagKind { unknown, date_time, bignum, uuid, array, date, set, complex };

[[nodiscard]] TagKind kind_of_tag(std::uint64_t number);

// The first bytes of a self-described CBOR body (RFC 8949 section 3.4.6).
inline constexpr std::string_view kSelfDescription = "\xd9\xd9\xf7";

// Each reads the content of the tag whose head was read last. On failure returns false with the
// fault of the reader set.

// The magnitude, most significant byte first, without leading zeros. `joined` as in
// Reader::string().
[[nodiscard]] bool read_bignum(Reader& reader, const Head& tag, std::string_view& magnitude,
                               std::string& joined);
[[nodiscard]] bool read_date_time(Reader& reader, const Head& tag, DateTime& found);
[[nodiscard]] bool read_date(Reader& reader, const Head& tag, Date& found);
[[nodiscard]] bool read_uuid(Reader& reader, const Head& tag, std::array<char, 16>& octets);
[[nodiscard]] bool read_complex(Reader& reader, const Head& tag, double& real, double& imaginary);
// Reads up to the head of the array of the elements.
[[nodiscard]] bool read_set(Reader& reader, const Head& tag, Head& array);

// The building blocks of the functions above. `expected` is for the message of the fault.

// Reads the head of the content, which must have one of the major types.
[[nodiscard]] bool read_content(Reader& reader, const Head& tag,
                                std::initializer_list<Major> majors, const char* expected,
                                Head& content);
// Reads the content if it is a byte or text string, as Reader::string() does.
[[nodiscard]] bool read_string_content(Reader& reader, const Head& tag, Major major,
                                       const char* expected, std::string_view& content,
                                       std::string& joined);
bool refuse_content(Reader& reader, const Head& tag, const char* expected);

}  // namespace tuber::cbor
