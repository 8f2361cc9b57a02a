#include "net/site.hpp"

#include <utility>

namespace tuber::net {
namespace {

constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

// No field of CORS is here, and none may be: without them a browser refuses the calls of other
// sites' pages.
void allow_on_endpoint(Reply& reply) {
  reply.fields.append("Allow: POST, OPTIONS\r\n");
}

// OPTIONS asks what a resource, or with "*" the server, can do (RFC 9110 section 9.3.7).
void answer_options(const http::RequestHead& head, Reply& reply) {
  reply.status = 204;
  if (head.path == kEndpointPath) {
    allow_on_endpoint(reply);
  } else {
    reply.fields.append("Allow: GET, HEAD, POST, OPTIONS\r\n");
  }
}

void refuse_method(Reply& reply) {
  reply.status = 405;
  reply.content_type = kPlainText;
  reply.body = "Calls are made with POST /tuber; this address answers no other method.\n";
  allow_on_endpoint(reply);
}

void refuse_path(Reply& reply) {
  reply.status = 404;
  reply.content_type = kPlainText;
  reply.body = "There is nothing here. Calls are made with POST /tuber.\n";
}

}  // namespace

Site::Site(std::unique_ptr<Handler> endpoint, std::shared_ptr<const StaticFiles> files)
    : endpoint_(std::move(endpoint)), files_(std::move(files)) {}

void Site::handle(const Request& request, Reply& reply) {
  const http::RequestHead& head = request.head;
  const bool on_endpoint = head.path == kEndpointPath;
  if (on_endpoint && head.method == "POST") {
    endpoint_->handle(request, reply);
  } else if (head.method == "OPTIONS" && (on_endpoint || head.target == "*")) {
    answer_options(head, reply);
  } else if (on_endpoint) {
    refuse_method(reply);
  } else if (files_) {
    files_->serve(head, reply);
  } else {
    refuse_path(reply);
  }
}

}  // namespace tuber::net
