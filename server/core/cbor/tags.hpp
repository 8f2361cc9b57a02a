// The known tags (PROTOCOL.md section 9) and their content. Other tags are refused: to ignore one
// would give another value than the sender meant.
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

// What the content of a tag becomes.
enum class Tagged { unknown, date_time, bignum, uuid, array, date, set, complex };

[[nodiscard]] Tagged tagged_by(std::uint64_t number);

// The first bytes of a body that describes itself as CBOR (RFC 8949 section 3.4.6).
inline constexpr std::string_view kSelfDescription = "\xd9\xd9\xf7";

// Each function reads the content of a tag whose head was read last. False with the reader's fault
// set.
//
// Reads the magnitude, most significant byte first and without leading zeros; `joined` as in
// Reader::string.
[[nodiscard]] bool read_bignum(Reader& reader, const Head& tag, std::string_view& magnitude,
                               std::string& joined);
[[nodiscard]] bool read_date_time(Reader& reader, const Head& tag, DateTime& found);
[[nodiscard]] bool read_date(Reader& reader, const Head& tag, Date& found);
[[nodiscard]] bool read_uuid(Reader& reader, const Head& tag, std::array<char, 16>& octets);
[[nodiscard]] bool read_complex(Reader& reader, const Head& tag, double& real, double& imaginary);
// Reads up to the head of the array of its elements.
[[nodiscard]] bool read_set(Reader& reader, const Head& tag, Head& array);

// Reads the head of a tag's content, which must be of one of the major types; otherwise refuses
// with `expected`.
[[nodiscard]] bool read_content(Reader& reader, const Head& tag,
                                std::initializer_list<Major> majors, const char* expected,
                                Head& content);
bool refuse_content(Reader& reader, const Head& tag, const char* expected);

}  // namespace tuber::cbor
