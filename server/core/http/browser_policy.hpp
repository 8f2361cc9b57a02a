// Decides whether a browser's request may call. Any web page can make an operator's browser send
// requests to a board in the same network; only pages of the board itself, or of origins that the
// operator allows, may have them carried out. Must never let a request through because a field is
// missing or malformed, and never restrict programs that are not browsers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"

namespace tuber::http {

// Which pages may call, apart from the server's own.
struct BrowserPolicy {
  // Host names, without port, that are accepted like localhost: the machine's own and those that
  // the operator gave. Compared without regard to case.
  std::vector<std::string> hosts;
  // Origins as browsers write them, such as "https://lab.example:8443"; compared exactly.
  std::vector<std::string> origins;
};

// Returns nothing if the request may call, otherwise one sentence with the field, its value and
// what was expected; the answer is 403. A pure function.
[[nodiscard]] std::optional<std::string> refuse_browser_call(const RequestHead& head,
                                                             const BrowserPolicy& policy);

// Appends the header lines that let pages of allowed origins call (CORS; the Fetch standard,
// section 3.2). None if the policy allows no origin; never names an origin that is not allowed.
void append_cors_fields(const RequestHead& head, const BrowserPolicy& policy, std::string& fields);

}  // namespace tuber::http
