// Decides by the bearer token what a request may do (RFC 6750). Neither the duration of the check
// nor its result may reveal how much of a wrong token was right.
#pragma once

#include <string>
#include <vector>

#include "http/request.hpp"

namespace tuber::http {

enum class Access { none, read, control };  // read: only calls that change nothing

struct Token {
  std::string text;
  Access access = Access::read;
};

// The access of the token in `Authorization`; `control` if the server has no tokens. Thread-safe.
// REQUIRES: no token is empty.
[[nodiscard]] Access access_of(const RequestHead& head, const std::vector<Token>& tokens);

}  // namespace tuber::http
