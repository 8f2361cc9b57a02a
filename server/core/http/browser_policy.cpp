#include "http/browser_policy.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "http/characters.hpp"
#include "http/host.hpp"

namespace tuber::http {
namespace {

using Refusal = std::optional<std::string>;

// The value of a field that may occur at most once.
struct SingleField {
  std::string_view name;
  std::string_view value;
  std::size_t count = 0;

  SingleField(const RequestHead& head, std::string_view field_name) : name(field_name) {
    for (const Field& field : head.fields) {
      if (!equals_ignoring_case(field.name, name)) continue;
      if (count == 0) value = field.value;
      ++count;
    }
  }
  [[nodiscard]] bool present() const { return count > 0; }
};

// A value from the peer for a message: short, and ASCII only, so that any codec can encode it.
std::string quoted(std::string_view value) {
  constexpr std::size_t longest = 100;
  std::string text = "'";
  for (const char c : value.substr(0, longest)) text.push_back(c >= ' ' && c <= '~' ? c : '?');
  return text.append(value.size() > longest ? "...'" : "'");
}

std::string refusal(const SingleField& field, std::string_view expectation) {
  std::string text = "request from a browser refused: ";
  text.append(field.name);
  if (field.count == 0) {
    text.append(" is missing");
  } else if (field.count > 1) {
    text.append(" was sent more than once");
  } else {
    text.append(" is ").append(quoted(field.value));
  }
  return text.append(", expected ").append(expectation);
}

// Fetch Metadata: "none" means that the user typed the address; values other than these two mean
// another origin.
Refusal refuse_fetch_site(const SingleField& site) {
  if (!site.present()) return std::nullopt;
  if (site.count == 1 && (site.value == "same-origin" || site.value == "none")) return std::nullopt;
  return refusal(site, "'same-origin' or 'none'");
}

// RFC 6454 section 7. Sandboxed frames and local files send "null", which is never the server's
// origin. https is accepted because a proxy may have terminated TLS.
Refusal refuse_origin(const SingleField& origin, std::string_view host) {
  if (!origin.present()) return std::nullopt;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.count == 1 && origin.value.starts_with(scheme) &&
        equals_ignoring_case(origin.value.substr(scheme.size()), host)) {
      return std::nullopt;
    }
  }
  return refusal(origin, "the origin of this server's own pages, http(s)://" + quoted(host) +
                             ", or one given with --allow-origin");
}

// DNS rebinding makes a foreign page same-origin by pointing the page's own name at this machine.
// That needs a name in the public DNS, so names that cannot be public are safe.
bool is_local_name(std::string_view name) {
  constexpr std::array<std::string_view, 4> local_domains = {".local", ".lan", ".internal",
                                                             ".home.arpa"};
  // "localhost" or another single label. A percent-encoded byte could be a dot.
  if (name.find_first_of(".%") == std::string_view::npos) return true;
  return std::any_of(local_domains.begin(), local_domains.end(), [&](std::string_view domain) {
    return name.size() > domain.size() &&
           equals_ignoring_case(name.substr(name.size() - domain.size()), domain);
  });
}

Refusal refuse_host(std::string_view value, const std::vector<std::string>& allowed_hosts) {
  if (const auto host = parse_host(value)) {
    if (host->kind != HostKind::name || is_local_name(host->name)) return std::nullopt;
    for (const std::string& allowed : allowed_hosts) {
      if (equals_ignoring_case(host->name, allowed)) return std::nullopt;
    }
  }
  return "request refused: Host is " + quoted(value) +
         ", expected an IP address, localhost, a name of this machine or of the local network, or "
         "one given with --allow-host";
}

// False for HTTP/1.0 without Host, as health checks of load balancers send it; no browser does.
bool has_host(const RequestHead& head) {
  return !head.host.empty() || head.field("Host");
}

// Forms can send media types such as text/plain to any server without a preflight request, but not
// these two.
Refusal refuse_content_type(const SingleField& content_type) {
  const std::string_view media_type =
      trim(content_type.value.substr(0, content_type.value.find(';')));
  for (const std::string_view allowed : {"application/json", "application/cbor"}) {
    if (content_type.count == 1 && equals_ignoring_case(media_type, allowed)) return std::nullopt;
  }
  return refusal(content_type, "'application/json' or 'application/cbor'");
}

// The origin of the requesting page if the policy allows it; otherwise empty.
std::string_view allowed_origin(const RequestHead& head, const BrowserPolicy& policy) {
  const SingleField origin(head, "Origin");
  const auto& allowed = policy.origins;
  const bool is_allowed =
      origin.count == 1 && std::find(allowed.begin(), allowed.end(), origin.value) != allowed.end();
  return is_allowed ? origin.value : std::string_view();
}

}  // namespace

std::optional<std::string> refuse_browser_call(const RequestHead& head,
                                               const BrowserPolicy& policy) {
  const SingleField origin(head, "Origin");
  const SingleField site(head, "Sec-Fetch-Site");
  const bool may_be_a_page = origin.present() || site.present();
  if (!may_be_a_page && (head.method == "POST" || !has_host(head))) return std::nullopt;

  if (allowed_origin(head, policy).empty()) {
    if (auto refused = refuse_fetch_site(site)) return refused;
    if (auto refused = refuse_origin(origin, head.host)) return refused;
  }
  if (auto refused = refuse_host(head.host, policy.hosts)) return refused;
  if (head.method != "POST") return std::nullopt;
  return refuse_content_type(SingleField(head, "Content-Type"));
}

void append_cors_fields(const RequestHead& head, const BrowserPolicy& policy, std::string& fields) {
  if (policy.origins.empty()) return;
  // Without Vary, a cache could give one page the permission of another.
  fields.append("Vary: Origin\r\n");
  const std::string_view origin = allowed_origin(head, policy);
  if (origin.empty()) return;
  fields.append("Access-Control-Allow-Origin: ").append(origin).append("\r\n");
  if (head.method != "OPTIONS") {
    fields.append("Access-Control-Expose-Headers: X-Tuber-Run\r\n");
    return;
  }
  fields.append(
      "Access-Control-Allow-Methods: GET, POST\r\n"
      "Access-Control-Allow-Headers: Content-Type, X-Tuber-Options, Authorization\r\n"
      "Access-Control-Max-Age: 600\r\n");
  if (head.field("Access-Control-Request-Private-Network")) {
    fields.append("Access-Control-Allow-Private-Network: true\r\n");
  }
}

}  // namespace tuber::http
