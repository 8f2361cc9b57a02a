// Decides whether a request that a browser sent may call. Any web page can make an operator's
// browser send requests to a board in the same network; only pages that the board itself served may
// have them carried out. Must never let a request through because a field is missing or malformed,
// and never bother programs that are no browsers.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "http/request.hpp"

namespace tuber::http {

// Nothing when the request may call, otherwise one sentence that names the field, what it said and
// what was expected; it is answered with status 403. `allowed_hosts` are names, without port, that
// are as good as localhost: the machine's own and those the operator gave; compared without regard
// to case. A pure function.
[[nodiscard]] std::optional<std::string> refuse_browser_call(
    const RequestHead& head, std::span<const std::string> allowed_hosts);

}  // namespace tuber::http
