// Parses the value of a Host field or an authority (RFC 9110 section 7.2, RFC 3986 section 3.2.2).
// Must never resolve a name.
#pragma once

#include <optional>
#include <string_view>

namespace tuber::http {

enum class HostKind { ipv4, ipv6, name };

// Both views point into the parsed text.
struct Host {
  std::string_view name;  // without port, and without the brackets of an IPv6 address
  std::string_view port;  // digits; may be empty
  HostKind kind = HostKind::name;
};

// Nothing if `text` is not `uri-host [":" port]`. An empty host is refused (RFC 9110 section
// 4.2.1), and so is a zone identifier, which a client must not send (RFC 6874 section 3).
[[nodiscard]] std::optional<Host> parse_host(std::string_view text);

}  // namespace tuber::http
