// Which content coding a client takes (RFC 9110 section 12.5.3). Knows header fields only, no
// files.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "http/request.hpp"

namespace tuber::files {

// A form in which a file may be kept. The order is our preference between those that the client
// likes equally: smallest first.
enum class Coding { br, gzip, identity };

// How a coding is named in header fields and in file names.
struct CodingNames {
  Coding coding;
  std::string_view token;   // in Accept-Encoding and Content-Encoding
  std::string_view suffix;  // of a file kept in that coding
};
inline constexpr std::array<CodingNames, 3> kCodings{{
    {Coding::br, "br", ".br"},
    {Coding::gzip, "gzip", ".gz"},
    {Coding::identity, "identity", ""},
}};

// Which codings there are of one file, in the order of kCodings.
using Available = std::array<bool, kCodings.size()>;

// The coding to send, or nothing when the client takes none of those available. A request without
// Accept-Encoding comes from a program that knows no codings: it takes identity only, which is
// stricter than the RFC, where absence allows everything.
[[nodiscard]] std::optional<Coding> choose_coding(const http::RequestHead& head,
                                                  const Available& available);

}  // namespace tuber::files
