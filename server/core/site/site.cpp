#include "site/site.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace tuber::site {
namespace {

constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

void answer_text(int status, std::string_view text, serve::Reply& reply) {
  reply.status = status;
  reply.content_type = kPlainText;
  reply.body = text;
}

// RFC 6750 section 3.
void refuse_stranger(const http::RequestHead& head, serve::Reply& reply) {
  const bool sent_one = head.field("Authorization").has_value();
  reply.fields.append("WWW-Authenticate: Bearer realm=\"tuber\"");
  reply.fields.append(sent_one ? ", error=\"invalid_token\"\r\n" : "\r\n");
  answer_text(401,
              sent_one ? "This is no token of this server.\n"
                       : "This server wants a token: Authorization: Bearer TOKEN.\n",
              reply);
}

void append_number(std::string& json, const char* name, std::uint64_t value) {
  json.append(",\"").append(name).append("\":").append(std::to_string(value));
}

// To the microsecond, by integers: what printf takes for a double depends on its value.
void append_seconds(std::string& json, const char* name, std::chrono::steady_clock::duration time) {
  constexpr std::size_t kDecimals = 6;
  constexpr std::uint64_t kSecond = 1'000'000;
  const auto microseconds = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(time).count());
  const std::string decimals = std::to_string(microseconds % kSecond);
  append_number(json, name, microseconds / kSecond);
  json.append(".").append(kDecimals - decimals.size(), '0').append(decimals);
}

}  // namespace

Site::Site(std::unique_ptr<serve::Handler> endpoint, std::shared_ptr<const SiteParts> parts)
    : endpoint_(std::move(endpoint)), parts_(std::move(parts)) {}

bool Site::is_quick(const serve::Request& request) const {
  const Place place = place_of(request.head.path);
  return place == Place::health || place == Place::calls;
}

Site::Place Site::place_of(std::string_view path) {
  if (!path.starts_with(kEndpointPath)) return Place::elsewhere;
  path.remove_prefix(kEndpointPath.size());
  if (path.empty()) return Place::endpoint;
  if (path == "/health") return Place::health;
  if (path == "/calls") return Place::calls;
  return Place::elsewhere;
}

void Site::handle(const serve::Request& request, serve::Reply& reply) {
  const http::RequestHead& head = request.head;
  const Place place = place_of(head.path);
  const bool is_ours = place != Place::elsewhere;
  if (head.method == "OPTIONS" && (is_ours || head.target == "*")) {
    answer_options(place, reply);
  } else if (is_ours) {
    answer_ours(request, place, reply);
    reply.fields.append("Cache-Control: no-store\r\n");
  } else {
    answer_elsewhere(head, reply);
  }
  if (is_ours) http::append_cors_fields(head, parts_->policy, reply.fields);
}

// Everything under the endpoint's path: what browsers of other sites must not reach.
void Site::answer_ours(const serve::Request& request, Place place, serve::Reply& reply) {
  const http::RequestHead& head = request.head;
  const bool is_read = head.method == "GET" || head.method == "HEAD";
  if (!(place == Place::endpoint ? head.method == "POST" : is_read)) {
    return refuse_method(place, reply);
  }
  const Asking& asking = asking_of(head);
  if (asking.refusal) return answer_text(403, *asking.refusal + "\n", reply);
  serve::Request admitted = request;
  admitted.access = asking.access;
  if (admitted.access == http::Access::none) return refuse_stranger(head, reply);
  switch (place) {
    case Place::health:
      return answer_health(admitted, reply);
    case Place::calls:
      return answer_calls(admitted, reply);
    default:
      return endpoint_->handle(admitted, reply);
  }
}

const Site::Asking& Site::asking_of(const http::RequestHead& head) {
  return askings_.of(head, [&] {
    return Asking{http::refuse_browser_call(head, parts_->policy), access_of(head)};
  });
}

http::Access Site::access_of(const http::RequestHead& head) const {
  const http::Access access = http::access_of(head, parts_->tokens);
  return parts_->read_only ? std::min(access, http::Access::read) : access;
}

void Site::answer_elsewhere(const http::RequestHead& head, serve::Reply& reply) {
  if (parts_->files) return parts_->files->serve(head, reply);
  answer_text(404, "There is nothing here. Calls are made with POST /tuber.\n", reply);
}

// OPTIONS asks what a resource, or with "*" the server, can do (RFC 9110 section 9.3.7); browsers
// ask whether another origin's page may call.
void Site::answer_options(Place place, serve::Reply& reply) {
  reply.status = 204;
  allow(place, reply);
}

void Site::allow(Place place, serve::Reply& reply) {
  reply.fields.append(place == Place::endpoint    ? "Allow: POST, OPTIONS\r\n"
                      : place == Place::elsewhere ? "Allow: GET, HEAD, POST, OPTIONS\r\n"
                                                  : "Allow: GET, HEAD, OPTIONS\r\n");
}

void Site::refuse_method(Place place, serve::Reply& reply) {
  answer_text(405,
              place == Place::endpoint
                  ? "Calls are made with POST /tuber; this address answers no other method.\n"
                  : "This address is for reading, with GET.\n",
              reply);
  allow(place, reply);
}

void Site::answer_health(const serve::Request& request, serve::Reply& reply) {
  const serve::ServerView& server = *request.server;
  const serve::ServerView::Counts counts = server.counts();
  std::string json = "{\"status\":";
  json.append(server.stopping() ? "\"stopping\"" : "\"serving\"");
  json.append(",\"run\":");
  base::append_json_string(json, parts_->run_id);
  append_seconds(json, "uptime", server.age());
  append_number(json, "connections", counts.connections);
  append_number(json, "workers", counts.workers);
  json.append(",\"calls\":");
  parts_->calls->append_running(json);
  json.append("}\n");
  reply.content_type = "application/json";
  reply.body = json;
}

// What others called, and with what failures, is not for everyone on the network: with tokens it is
// for who has one, without them for this machine.
void Site::answer_calls(const serve::Request& request, serve::Reply& reply) {
  if (parts_->tokens.empty() && !request.peer->is_local()) {
    return answer_text(403, "The record of calls is told on this machine only.\n", reply);
  }
  std::string json;
  parts_->calls->append_recent(json);
  json.append("\n");
  reply.content_type = "application/json";
  reply.body = json;
}

}  // namespace tuber::site
