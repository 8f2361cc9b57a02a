// What a request may do, by its bearer token (RFC 6750). Must never reveal, by its duration or its
// result, how much of a token was right.
#pragma once

#include <string>
#include <vector>

#include "http/request.hpp"

namespace tuber::http {

enum class Access { none, read, control };  // read: nothing that changes state

struct Token {
  std::string text;
  Access access = Access::read;
};

// Returns control if there are no tokens. REQUIRES: no token is empty.
[[nodiscard]] Access access_of(const RequestHead& head, const std::vector<Token>& tokens);

}  // namespace tuber::http
