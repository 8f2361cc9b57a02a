#include "http/request_line.hpp"

#include <cstddef>

#include "http/characters.hpp"
#include "http/host.hpp"

namespace tuber::http {
namespace {

// HTTP-version = "HTTP/" DIGIT "." DIGIT, case-sensitive (RFC 9112 section 2.3).
std::optional<Fault> parse_version(std::string_view version, std::size_t offset, int& minor) {
  const bool well_formed = version.size() == 8 && version.starts_with("HTTP/") &&
                           is_digit(version[5]) && version[6] == '.' && is_digit(version[7]);
  if (!well_formed) return Fault{400, offset, "malformed HTTP version"};
  if (version[5] != '1') return Fault{505, offset, "only HTTP/1.0 and HTTP/1.1 are served"};
  minor = version[7] == '0' ? 0 : 1;
  return std::nullopt;
}

std::string_view without_query(std::string_view path) {
  return path.substr(0, path.find('?'));
}

// absolute-form, RFC 9112 section 3.2.2: for proxies, but a server must accept it.
std::optional<Fault> parse_absolute_form(std::size_t offset, RequestLine& parsed) {
  constexpr std::string_view scheme = "http://";
  if (!equals_ignoring_case(parsed.target.substr(0, scheme.size()), scheme)) {
    return Fault{400, offset, "request target is neither a path nor an http URI"};
  }
  const std::string_view rest = parsed.target.substr(scheme.size());
  parsed.authority = rest.substr(0, rest.find_first_of("/?"));
  // This also refuses user information (RFC 9110 section 4.2.4): a host has no "@".
  if (!parse_host(parsed.authority)) {
    return Fault{400, offset + scheme.size(), "invalid authority in the request target"};
  }
  parsed.path = without_query(rest.substr(parsed.authority.size()));
  return std::nullopt;
}

// The four forms of RFC 9112 section 3.2, of which the authority-form is for CONNECT alone.
std::optional<Fault> parse_target(std::size_t offset, RequestLine& parsed) {
  parsed.authority = {};
  if (parsed.method == "CONNECT") return Fault{400, 0, "CONNECT is for proxies"};
  if (parsed.target.front() == '/') {
    parsed.path = without_query(parsed.target);
    return std::nullopt;
  }
  if (parsed.target == "*") {
    parsed.path = parsed.target;
    if (parsed.method == "OPTIONS") return std::nullopt;
    return Fault{400, offset, "request target * is for OPTIONS only"};
  }
  return parse_absolute_form(offset, parsed);
}

}  // namespace

std::optional<Fault> parse_request_line(std::string_view line, RequestLine& parsed) {
  const std::size_t method_size = span_of_class(line, kTokenCharacter);
  if (method_size == 0 || method_size == line.size() || line[method_size] != ' ') {
    return Fault{400, method_size, "malformed method"};
  }
  parsed.method = line.substr(0, method_size);

  const std::size_t target_offset = method_size + 1;
  const std::string_view rest = line.substr(target_offset);
  const std::size_t target_size = span_of_class(rest, kTargetCharacter);
  if (target_size == 0 || target_size == rest.size() || rest[target_size] != ' ') {
    return Fault{400, target_offset + target_size,
                 target_size == rest.size() ? "request line has no HTTP version"
                                            : "invalid character in the request target"};
  }
  parsed.target = rest.substr(0, target_size);

  const std::size_t version_offset = target_offset + target_size + 1;
  auto fault = parse_version(line.substr(version_offset), version_offset, parsed.minor_version);
  return fault ? fault : parse_target(target_offset, parsed);
}

}  // namespace tuber::http
