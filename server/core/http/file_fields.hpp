// The request fields that select what of a file is sent: Accept-Encoding, the preconditions and
// Range. Must never read a file or a clock.
#pragma once

#include <array>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "http/request.hpp"

namespace tuber::http {

// A form in which a file may be stored. The order is our preference between forms that the client
// accepts equally: smallest first.
enum class Coding { br, gzip, identity };

struct CodingNames {
  Coding coding;
  std::string_view token;   // in Accept-Encoding and Content-Encoding
  std::string_view suffix;  // of a file stored in that coding
};
inline constexpr std::array<CodingNames, 3> kCodings{{
    {Coding::br, "br", ".br"},
    {Coding::gzip, "gzip", ".gz"},
    {Coding::identity, "identity", ""},
}};

// Which codings exist of one file, in the order of kCodings.
using Available = std::array<bool, kCodings.size()>;

// Returns the coding to send (RFC 9110 section 12.5.3); nothing if the client accepts none of those
// available. Without Accept-Encoding only identity is accepted. That is stricter than the RFC, but
// such a client knows no codings.
[[nodiscard]] std::optional<Coding> choose_coding(const RequestHead& head,
                                                  const Available& available);

// What distinguishes two states of a representation.
struct Validators {
  std::string etag;          // strong, with its quotes
  std::time_t modified = 0;  // seconds since 1970, UTC
};

enum class Precondition {
  pass,          // answer as if there were none
  not_modified,  // 304
  failed,        // 412
};

// Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since of a GET or HEAD in
// the order of RFC 9110 section 13.2.2.
[[nodiscard]] Precondition evaluate_preconditions(const RequestHead& head,
                                                  const Validators& current);

// Returns whether Range applies (If-Range, section 13.1.5). A date identifies one state of a file
// only if it is at least a second before `now` (section 8.8.2.2).
[[nodiscard]] bool range_applies(const RequestHead& head, const Validators& current,
                                 std::time_t now);

// Reads any of the three forms of section 5.6.7; nothing for other text. A year of two digits is
// between 1970 and 2069, as in POSIX strptime(): the RFC's sliding window needs a clock.
[[nodiscard]] std::optional<std::time_t> parse_http_date(std::string_view text);

// The part of a representation to be sent (section 14).
struct ByteRange {
  enum class Kind {
    whole,          // no range that is supported: section 14.2 allows to ignore the field
    part,           // 206
    unsatisfiable,  // 416
  };
  Kind kind = Kind::whole;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // at least 1 for a part
};

// Reads a field such as "bytes=0-99", "bytes=100-" or "bytes=-100" for a representation of `size`
// bytes. The answer to several ranges is the whole: browsers do not need them here, and overlapping
// ones are an attack (section 17.15).
[[nodiscard]] ByteRange parse_byte_range(std::string_view field, std::uint64_t size);

}  // namespace tuber::http
