// Routing: which resource answers which target and method.
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "request_by_hand.hpp"
#include "site/site.hpp"
#include "temporary_tree.hpp"

namespace tuber::site {

using namespace serve;
namespace {

// Answers with the body of the request, which shows that the endpoint was reached.
class Endpoint final : public serve::Handler {
 public:
  serve::Handled handle(serve::Request& request, serve::Reply& reply) override {
    reply.body = "called with ";
    reply.body += request.body;
    return serve::Handled::done;
  }
};

class View final : public serve::ServerView {
 public:
  [[nodiscard]] bool stopping() const override { return false; }
  [[nodiscard]] Counts counts() const override { return {3, 2, 1, 0}; }
  [[nodiscard]] std::chrono::steady_clock::duration age() const override {
    return std::chrono::milliseconds(12'034);
  }
};

std::shared_ptr<SiteParts> parts_with(std::shared_ptr<const files::StaticFiles> files) {
  auto parts = std::make_shared<SiteParts>();
  parts->calls = std::make_shared<ops::CallLog>();
  parts->policy.origins = {"https://lab.example"};
  parts->files = std::move(files);
  parts->run_id = "0123";
  return parts;
}

serve::Reply ask_from(const http::RequestHead& head, const std::shared_ptr<const SiteParts>& parts,
                      const io::Peer& peer) {
  Site site(std::make_unique<Endpoint>(), parts);
  const View view;
  serve::Request request{head, "the body"};
  request.peer = &peer;
  request.server = &view;
  serve::Reply reply;
  site.route(request);
  site.handle(request, reply);
  return reply;
}

io::Peer stranger() {
  sockaddr_storage name{};
  name.ss_family = AF_INET;
  return io::Peer(name);  // 0.0.0.0
}

serve::Reply ask(const http::RequestHead& head,
                 std::shared_ptr<const files::StaticFiles> files = nullptr) {
  return ask_from(head, parts_with(std::move(files)), io::Peer());
}

TEST_CASE("POST to the endpoint is a call, whatever its query") {
  CHECK(ask(head_of("POST", "/tuber")).body.text() == "called with the body");
  CHECK(ask(head_of("POST", "/tuber?trace=1")).body.text() == "called with the body");
}

TEST_CASE("with tokens everything below the endpoint requires one") {
  const auto parts = parts_with(nullptr);
  parts->tokens = {{"reads-and-no-more", http::Access::read},
                   {"does-everything", http::Access::control}};
  const std::string right = "Bearer does-everything", wrong = "Bearer does-everythinG";
  for (const char* path : {"/tuber", "/tuber/health", "/tuber/calls"}) {
    CAPTURE(path);
    const char* method = path == std::string("/tuber") ? "POST" : "GET";
    http::RequestHead head = head_of(method, path);
    CHECK(ask_from(head, parts, io::Peer()).status == 401);
    CHECK(reply_field(ask_from(head, parts, io::Peer()), "WWW-Authenticate") ==
          "Bearer realm=\"tuber\"");
    head.fields.push_back({"Authorization", wrong});
    CHECK(reply_field(ask_from(head, parts, io::Peer()), "WWW-Authenticate") ==
          "Bearer realm=\"tuber\", error=\"invalid_token\"");
    head.fields.back().value = right;
    CHECK(ask_from(head, parts, stranger()).status == 200);
  }
  CHECK(ask_from(head_of("GET", "/"), parts, io::Peer()).status == 404);
  CHECK(ask_from(head_of("OPTIONS", "/tuber"), parts, io::Peer()).status == 204);
}

TEST_CASE("the endpoint refuses other methods with a list of its own") {
  for (const char* method : {"GET", "HEAD", "PUT", "post"}) {
    CAPTURE(method);
    const serve::Reply reply = ask(head_of(method, "/tuber"));
    CHECK(reply.status == 405);
    CHECK(reply_field(reply, "Allow") == "POST, OPTIONS");
  }
}

TEST_CASE("a page of a rebound name reads nothing below the endpoint") {
  for (const char* path : {"/tuber", "/tuber/health", "/tuber/calls?x", "/tuber/", "/tuber/x"}) {
    for (const char* method : {"GET", "HEAD"}) {
      CAPTURE(path);
      http::RequestHead head = head_of(method, path);
      head.host = "evil.example";
      CHECK(ask(head).status == 403);
      head.host = "board";
      CHECK(ask(head).status != 403);
    }
  }
  http::RequestHead file = head_of("GET", "/tuberous");
  file.host = "evil.example";
  CHECK(ask(file).status == 404);
}

TEST_CASE("health lists the running calls") {
  const auto parts = parts_with(nullptr);
  ops::CallLog::CallSlot slot(*parts->calls);
  slot.begin("board.read", io::Peer());
  const serve::Reply reply = ask_from(head_of("GET", "/tuber/health"), parts, stranger());
  CHECK(reply.status == 200);
  CHECK(reply.content_type == "application/json");
  CHECK(reply_field(reply, "Cache-Control") == "no-store");
  const std::string text(reply.body.text());
  CHECK(
      text.starts_with("{\"status\":\"serving\",\"run\":\"0123\",\"uptime\":12.034000,"
                       "\"connections\":2,\"workers\":3,\"calls\":[{\"call\":\"board.read\","
                       "\"from\":\"unix\",\"began\":\"2"));
  CHECK(text.ends_with("}]}\n"));
}

TEST_CASE("the call record is for local clients only, the newest call first") {
  const auto parts = parts_with(nullptr);
  ops::CallLog::CallSlot slot(*parts->calls);
  slot.begin("board.read", io::Peer());
  slot.end("");
  slot.begin("board.\"fail\"", io::Peer());
  slot.end("ValueError: no");
  const std::string text(ask_from(head_of("GET", "/tuber/calls"), parts, io::Peer()).body.text());
  CHECK(text.starts_with("[{\"call\":\"board.\\\"fail\\\"\","));
  CHECK(text.find("\"failed\":\"ValueError: no\"},{\"call\":\"board.read\"") != std::string::npos);
  CHECK(text.ends_with("\"failed\":null}]\n"));
  CHECK(ask_from(head_of("GET", "/tuber/calls"), parts, stranger()).status == 403);
}

TEST_CASE("the record keeps the last calls only") {
  ops::CallLog log;
  ops::CallLog::CallSlot slot(log);
  for (std::size_t i = 0; i < ops::CallLog::kKept + 5; ++i) {
    slot.begin(std::to_string(i), io::Peer());
    slot.end("");
  }
  std::string json;
  log.append_recent(json);
  CHECK(json.starts_with("[{\"call\":\"10004\""));
  CHECK(json.find("\"call\":\"5\"") != std::string::npos);
  CHECK(json.find("\"call\":\"4\"") == std::string::npos);
}

TEST_CASE("reports are read-only, and refused to pages of other sites") {
  const std::vector<http::Field> elsewhere{{"Origin", "http://elsewhere.example"}};
  for (const char* path : {"/tuber/health", "/tuber/calls"}) {
    CHECK(ask(head_of("POST", path)).status == 405);
    CHECK(reply_field(ask(head_of("POST", path)), "Allow") == "GET, HEAD, OPTIONS");
    CHECK(ask(head_of("GET", path, elsewhere)).status == 403);
  }
}

TEST_CASE("only pages of an allowed origin get the fields of CORS") {
  const std::vector<http::Field> lab{{"Origin", "https://lab.example"},
                                     {"Content-Type", "application/json"}};
  http::RequestHead call = head_of("POST", "/tuber", lab);
  call.host = "board";
  const serve::Reply reply = ask(call);
  CHECK(reply.status == 200);
  CHECK(reply_field(reply, "Access-Control-Allow-Origin") == "https://lab.example");
  CHECK(reply_field(reply, "Vary") == "Origin");
  const serve::Reply preflight = ask(head_of("OPTIONS", "/tuber", lab));
  CHECK(reply_field(preflight, "Access-Control-Allow-Origin") == "https://lab.example");
  CHECK(reply_field(preflight, "Access-Control-Allow-Methods") == "GET, POST");
  CHECK(reply_field(ask(head_of("POST", "/tuber")), "Vary") == "Origin");
}

TEST_CASE("OPTIONS lists the methods and permits nothing to pages of other sites") {
  const std::vector<http::Field> preflight{{"Origin", "http://elsewhere.example"},
                                           {"Access-Control-Request-Method", "POST"}};
  const serve::Reply endpoint = ask(head_of("OPTIONS", "/tuber", preflight));
  CHECK(endpoint.status == 204);
  CHECK(reply_field(endpoint, "Allow") == "POST, OPTIONS");
  CHECK(endpoint.fields.find("Access-Control") == std::string::npos);
  CHECK(endpoint.body.empty());

  const serve::Reply server = ask(head_of("OPTIONS", "*", preflight));
  CHECK(server.status == 204);
  CHECK(reply_field(server, "Allow") == "GET, HEAD, POST, OPTIONS");
  CHECK(server.fields.find("Access-Control") == std::string::npos);
}

TEST_CASE("without files every other path is absent, and the reply names the endpoint") {
  for (const char* target : {"/", "/tuber/", "/Tuber", "/tuber2", "/%74uber"}) {
    CAPTURE(target);
    for (const char* method : {"GET", "POST", "OPTIONS"}) {
      const serve::Reply reply = ask(head_of(method, target));
      CHECK(reply.status == 404);
      CHECK(reply.body.text().find("POST /tuber") != std::string::npos);
    }
  }
}

TEST_CASE("with files they get the other paths, and the endpoint keeps its own") {
  const TemporaryTree tree;
  tree.write("page", "page");
  tree.write("tuber", "a file in the way");
  const auto files = std::make_shared<const files::StaticFiles>(
      tree.path(), std::chrono::seconds(0), std::unordered_map<std::string, std::string>{});
  CHECK(content_of(ask(head_of("GET", "/page"), files)) == "page");
  CHECK(ask(head_of("POST", "/page"), files).status == 405);
  CHECK(ask(head_of("GET", "/absent"), files).status == 404);
  CHECK(ask(head_of("GET", "/tuber"), files).status == 405);
  CHECK(ask(head_of("POST", "/tuber"), files).body.text() == "called with the body");
}

}  // namespace
}  // namespace tuber::site
