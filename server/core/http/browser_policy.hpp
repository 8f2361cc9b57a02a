// Decides whether a request that a browser sent may call. Any web page can make an operator's
// browser send requests to a board in the same network; only pages that the board itself served may
// have them carried out. Must never let a request through because a field is missing or malformed,
// and never bother programs that are no browsers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"

namespace tuber::http {

// Whom the operator lets call beside the server's own pages.
struct BrowserPolicy {
  // Names, without port, that are as good as localhost: the machine's own and those the operator
  // gave; compared without regard to case.
  std::vector<std::string> hosts;
  // Origins as browsers write them, such as "https://lab.example:8443"; compared exactly.
  std::vector<std::string> origins;
};

// Nothing when the request may call, otherwise one sentence that names the field, what it said and
// what was expected; it is answered with status 403. A pure function.
[[nodiscard]] std::optional<std::string> refuse_browser_call(const RequestHead& head,
                                                             const BrowserPolicy& policy);

// The origin of the page that asks, when the operator lets it call; else empty. Borrowed from the
// head.
[[nodiscard]] std::string_view allowed_origin(const RequestHead& head, const BrowserPolicy& policy);

}  // namespace tuber::http
