// Routing: which resource answers which target and method.
#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "net/site.hpp"
#include "request_by_hand.hpp"
#include "temporary_tree.hpp"

namespace tuber::net {
namespace {

// Answers with what it was given, so that a test sees the endpoint was reached.
class Endpoint final : public Handler {
 public:
  void handle(const Request& request, Reply& reply) override {
    reply.body = "called with ";
    reply.body += request.body;
  }
};

Reply ask(const http::RequestHead& head, std::shared_ptr<const StaticFiles> files = nullptr) {
  Site site(std::make_unique<Endpoint>(), std::move(files));
  Reply reply;
  site.handle({head, "the body"}, reply);
  return reply;
}

TEST_CASE("POST to the endpoint is a call, whatever its query") {
  CHECK(ask(head_of("POST", "/tuber")).body.text() == "called with the body");
  CHECK(ask(head_of("POST", "/tuber?trace=1")).body.text() == "called with the body");
}

TEST_CASE("other methods on the endpoint are refused with those it has") {
  for (const char* method : {"GET", "HEAD", "PUT", "post"}) {
    CAPTURE(method);
    const Reply reply = ask(head_of(method, "/tuber"));
    CHECK(reply.status == 405);
    CHECK(reply_field(reply, "Allow") == "POST, OPTIONS");
  }
}

TEST_CASE("OPTIONS names the methods and permits nothing to other sites' pages") {
  const std::vector<http::Field> preflight{{"Origin", "http://elsewhere.example"},
                                           {"Access-Control-Request-Method", "POST"}};
  const Reply endpoint = ask(head_of("OPTIONS", "/tuber", preflight));
  CHECK(endpoint.status == 204);
  CHECK(reply_field(endpoint, "Allow") == "POST, OPTIONS");
  CHECK(endpoint.fields.find("Access-Control") == std::string::npos);
  CHECK(endpoint.body.empty());

  const Reply server = ask(head_of("OPTIONS", "*", preflight));
  CHECK(server.status == 204);
  CHECK(reply_field(server, "Allow") == "GET, HEAD, POST, OPTIONS");
  CHECK(server.fields.find("Access-Control") == std::string::npos);
}

TEST_CASE("without files every other path is absent, and the reply says what is here") {
  for (const char* target : {"/", "/tuber/", "/Tuber", "/tuber2", "/%74uber"}) {
    CAPTURE(target);
    for (const char* method : {"GET", "POST", "OPTIONS"}) {
      const Reply reply = ask(head_of(method, target));
      CHECK(reply.status == 404);
      CHECK(reply.body.text().find("POST /tuber") != std::string::npos);
    }
  }
}

TEST_CASE("with files the other paths are theirs, and the endpoint stays what it is") {
  const TemporaryTree tree;
  tree.write("page", "page");
  tree.write("tuber", "a file in the way");
  const auto files = std::make_shared<const StaticFiles>(
      tree.path(), std::chrono::seconds(0), std::unordered_map<std::string, std::string>{});
  CHECK(content_of(ask(head_of("GET", "/page"), files)) == "page");
  CHECK(ask(head_of("POST", "/page"), files).status == 405);
  CHECK(ask(head_of("GET", "/absent"), files).status == 404);
  CHECK(ask(head_of("GET", "/tuber"), files).status == 405);
  CHECK(ask(head_of("POST", "/tuber"), files).body.text() == "called with the body");
}

}  // namespace
}  // namespace tuber::net
