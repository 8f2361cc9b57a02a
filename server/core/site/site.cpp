#include "site/site.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace tuber::site {
namespace {

// RFC 6750 section 3.
void require_token(const http::RequestHead& head, serve::Reply& reply) {
  const bool has_token = head.field("Authorization").has_value();
  reply.fields.append("WWW-Authenticate: Bearer realm=\"tuber\"");
  reply.fields.append(has_token ? ", error=\"invalid_token\"\r\n" : "\r\n");
  reply.refuse(401, has_token
                        ? "The token in Authorization is not valid for this server."
                        : "This server requires a token: send 'Authorization: Bearer TOKEN'.");
}

void append_number(std::string& json, const char* name, std::uint64_t value) {
  json.append(",\"").append(name).append("\":").append(std::to_string(value));
}

}  // namespace

Site::Site(std::unique_ptr<serve::Handler> endpoint, std::shared_ptr<const SiteParts> parts)
    : endpoint_(std::move(endpoint)), parts_(std::move(parts)) {}

void Site::route(serve::Request& request) {
  const Resource resource = resource_of(request.head.path);
  request.resource = static_cast<int>(resource);
  request.is_exempt = resource == Resource::health || resource == Resource::calls;
}

Site::Resource Site::resource_of(std::string_view path) {
  if (!path.starts_with(kEndpointPath)) return Resource::other;
  path.remove_prefix(kEndpointPath.size());
  if (path.empty()) return Resource::endpoint;
  if (path == "/health") return Resource::health;
  if (path == "/calls") return Resource::calls;
  return path.starts_with('/') ? Resource::below : Resource::other;
}

serve::Handled Site::handle(serve::Request& request, serve::Reply& reply) {
  const http::RequestHead& head = request.head;
  const auto resource = static_cast<Resource>(request.resource);
  const bool is_own = resource != Resource::other && resource != Resource::below;
  serve::Handled handled = serve::Handled::done;
  if (head.method == "OPTIONS" && (is_own || head.target == "*")) {
    // OPTIONS lists the methods of a resource, or of the server for "*" (RFC 9110 section 9.3.7).
    // Browsers use it to check whether a page of another origin may call.
    reply.status = 204;
    append_allow(resource, reply);
  } else if (is_own) {
    handled = handle_own(resource, request, reply);
    reply.fields.append("Cache-Control: no-store\r\n");
  } else {
    handle_other(resource, head, reply);
  }
  if (is_own) http::append_cors_fields(head, parts_->policy, reply.fields);
  return handled;
}

serve::Handled Site::handle_own(Resource resource, serve::Request& request, serve::Reply& reply) {
  const http::RequestHead& head = request.head;
  const Permission& permission = permissions_.of(head, [&] { return permission_of(head); });
  const bool is_read = head.method == "GET" || head.method == "HEAD";
  const bool is_allowed = resource == Resource::endpoint ? head.method == "POST" : is_read;
  if (permission.refusal) {
    reply.refuse(403, *permission.refusal);
  } else if (!is_allowed) {
    refuse_method(resource, reply);
  } else if (permission.access == http::Access::none) {
    require_token(head, reply);
  } else {
    request.access = permission.access;
    if (resource == Resource::endpoint) return endpoint_->handle(request, reply);
    if (resource == Resource::health) report_health(request, reply);
    if (resource == Resource::calls) report_calls(request, reply);
  }
  return serve::Handled::done;
}

Site::Permission Site::permission_of(const http::RequestHead& head) const {
  const http::Access access = http::access_of(head, parts_->tokens);
  return {http::refuse_browser_call(head, parts_->policy),
          parts_->read_only ? std::min(access, http::Access::read) : access};
}

void Site::handle_other(Resource resource, const http::RequestHead& head, serve::Reply& reply) {
  if (resource == Resource::below) {
    if (const auto refusal = http::refuse_browser_call(head, parts_->policy)) {
      return reply.refuse(403, *refusal);
    }
  }
  if (parts_->files) return parts_->files->serve(head, reply);
  reply.refuse(404, "Not found. Send calls with POST /tuber.");
}

void Site::append_allow(Resource resource, serve::Reply& reply) {
  reply.fields.append(resource == Resource::endpoint ? "Allow: POST, OPTIONS\r\n"
                      : resource == Resource::other  ? "Allow: GET, HEAD, POST, OPTIONS\r\n"
                                                     : "Allow: GET, HEAD, OPTIONS\r\n");
}

void Site::refuse_method(Resource resource, serve::Reply& reply) {
  reply.refuse(405, resource == Resource::endpoint
                        ? "Method not allowed. Send calls with POST /tuber."
                        : "Method not allowed. Read this resource with GET.");
  append_allow(resource, reply);
}

void Site::report_health(const serve::Request& request, serve::Reply& reply) {
  const serve::ServerView& server = *request.server;
  const serve::ServerView::Counts counts = server.counts();
  std::string json = "{\"status\":";
  json.append(server.stopping() ? "\"stopping\"" : "\"serving\"");
  json.append(",\"run\":");
  base::append_json_string(json, parts_->run_id);
  json.append(",\"uptime\":");
  base::append_seconds(json, server.age());
  append_number(json, "connections", counts.connections);
  append_number(json, "workers", counts.workers);
  json.append(",\"calls\":");
  parts_->calls->append_running(json);
  json.append("}\n");
  reply.content_type = "application/json";
  reply.body = json;
}

// The record shows the calls and failures of all clients, so without tokens it is available only to
// local clients.
void Site::report_calls(const serve::Request& request, serve::Reply& reply) {
  if (parts_->tokens.empty() && !request.peer->is_local()) {
    return reply.refuse(403, "The call record is available to local clients only.");
  }
  std::string json;
  parts_->calls->append_recent(json);
  json.append("\n");
  reply.content_type = "application/json";
  reply.body = json;
}

}  // namespace tuber::site
