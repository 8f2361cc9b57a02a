// Decides which requests from browsers may call. Any web page can make an operator's browser send
// requests to a board in the same network, so only pages from the board itself and from allowed
// origins may call. Must never accept a request because a field is missing or malformed.
//
// Only a `POST` without Origin and Sec-Fetch-Site is known not to come from a page: browsers send
// neither with a same-origin GET over plain HTTP. So the rule for Host holds for every GET.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"

namespace tuber::http {

// The hosts and origins that the operator allows in addition to the server's own pages.
struct BrowserPolicy {
  // Names without port, treated like localhost: those of the machine and those that the operator
  // gave. Compared without regard to case.
  std::vector<std::string> hosts;
  // Origins as browsers write them, such as "https://lab.example:8443". Compared exactly.
  std::vector<std::string> origins;
};

// Nothing if the request may call. Otherwise one sentence for a reply with status 403: the field,
// its value, and the expected value. Thread-safe.
[[nodiscard]] std::optional<std::string> refuse_browser_call(const RequestHead& head,
                                                             const BrowserPolicy& policy);

// Appends the CORS fields (Fetch standard, section 3.2) to the fields of a reply; none if the
// policy allows no origin. Never names an origin that is not allowed. Thread-safe.
void append_cors_fields(const RequestHead& head, const BrowserPolicy& policy, std::string& fields);

}  // namespace tuber::http
