// What browsers are told so that pages of other origins that the operator allows may call (the Fetch
// standard, section 3.2). Must never name an origin that is not allowed.
#pragma once

#include <string>

#include "http/browser_policy.hpp"
#include "http/request.hpp"

namespace tuber::http {

// Appends the header lines of CORS to those of a reply; none when no origin is allowed.
void append_cors_fields(const RequestHead& head, const BrowserPolicy& policy, std::string& fields);

}  // namespace tuber::http
