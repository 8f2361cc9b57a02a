// Whether bytes are UTF-8 (RFC 3629): no overlong form, no surrogate, nothing beyond U+10FFFF.
#pragma once

#include <string_view>

namespace tuber::cbor {

[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace tuber::cbor
