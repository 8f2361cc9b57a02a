#include "http/cors.hpp"

namespace tuber::http {

void append_cors_fields(const RequestHead& head, const BrowserPolicy& policy, std::string& fields) {
  if (policy.origins.empty()) return;
  fields.append("Vary: Origin\r\n");  // or a cache gives one page the permission of another
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
