// What a request may do, by the bearer token it shows (RFC 6750). Must never tell, by the time it
// takes or by what it says, how much of a token was right.
#pragma once

#include <string>
#include <vector>

#include "http/request.hpp"

namespace tuber::http {

enum class Access { none, read, control };  // read: what changes nothing

struct Token {
  std::string text;
  Access access = Access::read;
};

// Control for everybody when there are no tokens. REQUIRES: no token is empty.
[[nodiscard]] Access access_of(const RequestHead& head, const std::vector<Token>& tokens);

}  // namespace tuber::http
