// Percent-decoding of a request's path, strictly (RFC 3986 section 2.1), for naming static files.
// Must never decode twice or repair a malformed escape: a path is understood or refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tuber::http {

// The bytes a path stands for; nothing when an escape is not two hexadecimal digits or when a NUL
// comes out, which would end a file name early. "+" is itself: this is no form. A decoded "/" can't
// be told from a plain one afterwards, so the caller checks dot segments after decoding.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view path);

}  // namespace tuber::http
