// Requests and replies over real sockets, for clients of all kinds.
#include <doctest/doctest.h>

#include <string>
#include <thread>

#include "net_client.hpp"
#include "net_server.hpp"

using namespace tuber::testing;

TEST_CASE("a connection serves one request after the other") {
  NetServer server;
  NetClient client(server.port());
  for (int i = 0; i < 100; ++i) {
    const std::string body = "call " + std::to_string(i);
    const ReceivedReply reply = client.request(post("/tuber", body));
    REQUIRE(reply.status == 200);
    CHECK(reply.body == body);
    CHECK(reply.has_line("Connection: keep-alive"));
    CHECK(reply.has_line("Content-Length: " + std::to_string(body.size())));
    CHECK(reply.has_line("Content-Type: text/plain"));
    CHECK(reply.has_line("X-Path: /tuber"));
    CHECK(reply.has_line("X-Common: yes"));
    CHECK(reply.head.find("\r\nDate: ") != std::string::npos);
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("each reply has its own fields, also between others on the same connection") {
  NetServer server;
  NetClient client(server.port());
  for (const std::string path : {"/a", "/b", "/a", "/tuber", "/tuber"}) {
    const ReceivedReply reply = client.request(post(path, path));
    REQUIRE(reply.status == 200);
    CHECK(reply.body == path);
    CHECK(reply.has_line("X-Path: " + path));
    CHECK(reply.has_line("X-Common: yes"));
  }
}

TEST_CASE("pipelined requests are answered in order, however they are cut") {
  NetServer server;
  std::string requests;
  constexpr int kCount = 600;  // more than one buffer holds
  for (int i = 0; i < kCount; ++i) {
    requests += i % 3 == 0 ? get(std::string("/").append(std::to_string(i)))
                           : post("/", "body " + std::to_string(i));
  }
  for (const std::size_t cut : {requests.size(), std::size_t{1'000}, std::size_t{77}}) {
    NetClient client(server.port());
    std::thread sender([&] {
      for (std::size_t at = 0; at < requests.size(); at += cut) {
        client.send(std::string_view(requests).substr(at, cut));
      }
    });
    for (int i = 0; i < kCount; ++i) {
      const std::string number = std::to_string(i);
      CHECK(client.receive_reply().body ==
            (i % 3 == 0 ? std::string("/").append(number) : "body " + number));
    }
    sender.join();
  }
}

TEST_CASE("large bodies arrive whole in both directions") {
  NetServer server;
  NetClient client(server.port());
  for (const std::size_t size : {60'000, 70'000, 1'048'577, 9'000'000}) {
    const std::string body = pattern(size);
    std::thread sender([&] { client.send(post("/tuber", body)); });
    const ReceivedReply reply = client.receive_reply();
    sender.join();
    CHECK(reply.body == body);
  }
  CHECK(client.request(get("/after")).body == "/after");
}

TEST_CASE("a slow reader with a small buffer gets a large reply whole") {
  NetServer server;
  NetClient client(server.port(), 4 * 1024);
  client.send(get("/large"));
  const ReceivedReply reply = client.receive_reply();
  CHECK(reply.body == pattern(kLargeReply));
}

TEST_CASE("a file is sent whole and the connection goes on") {
  NetServer server;
  NetClient client(server.port());
  const ReceivedReply reply = client.request(get("/file"));
  CHECK(reply.body == pattern(kFileSize));
  CHECK(client.request(get("/after")).body == "/after");
}

TEST_CASE("a chunked body is decoded and what follows it is the next request") {
  NetServer server;
  NetClient client(server.port());
  const std::string head =
      "POST /tuber HTTP/1.1\r\nHost: board\r\nTransfer-Encoding: chunked\r\n\r\n";
  client.send(head + "5\r\nhello\r\n6;x=y\r\n there\r\n0\r\n\r\n" + get("/next"));
  CHECK(client.receive_reply().body == "hello there");
  CHECK(client.receive_reply().body == "/next");

  std::string body = head;
  for (int i = 0; i < 100; ++i) body += "2710\r\n" + std::string(10'000, 'c') + "\r\n";
  CHECK(client.request(body + "0\r\n\r\n").body == std::string(1'000'000, 'c'));
}

TEST_CASE("Expect: 100-continue is answered before the body, and not when the body is there") {
  NetServer server;
  NetClient client(server.port());
  const std::string head =
      "POST / HTTP/1.1\r\nHost: board\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
  client.send(head);
  CHECK(client.receive(25) == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(client.request("body").body == "body");

  const ReceivedReply reply = client.request(head + "full");
  CHECK(reply.status == 200);
  CHECK(reply.body == "full");
}

TEST_CASE("a client that ends its sending gets its answers") {
  NetServer server;
  NetClient client(server.port());
  client.send(get("/one") + get("/two"));
  client.end_sending();
  CHECK(client.receive_reply().body == "/one");
  CHECK(client.receive_reply().body == "/two");
  CHECK(client.at_end());
}

TEST_CASE("an HTTP/1.0 client stays when it asks to") {
  NetServer server;
  NetClient staying(server.port());
  for (int i = 0; i < 3; ++i) {
    const ReceivedReply reply =
        staying.request("GET /old HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
    CHECK(reply.body == "/old");
    CHECK(reply.has_line("Connection: keep-alive"));
  }
  NetClient leaving(server.port());
  CHECK(leaving.request("GET /old HTTP/1.0\r\n\r\n").has_line("Connection: close"));
  CHECK(leaving.at_end());
}

TEST_CASE("either side can close after a reply") {
  NetServer server;
  NetClient client(server.port());
  const ReceivedReply asked =
      client.request("GET /a HTTP/1.1\r\nHost: board\r\nConnection: close\r\n\r\n");
  CHECK(asked.body == "/a");
  CHECK(asked.has_line("Connection: close"));
  CHECK(client.at_end());

  NetClient other(server.port());
  const ReceivedReply last = other.request(get("/close") + get("/never-answered"));
  CHECK(last.body == "/close");
  CHECK(last.has_line("Connection: close"));
  CHECK(other.at_end());
}

TEST_CASE("HEAD is answered as GET without the body") {
  NetServer server;
  NetClient client(server.port());
  for (const std::string path : {"/path", "/file"}) {
    client.send("HEAD " + path + " HTTP/1.1\r\nHost: board\r\n\r\n");
    const std::size_t length = path == "/file" ? kFileSize : path.size();
    CHECK(client.receive_head().has_line("Content-Length: " + std::to_string(length)));
  }
  CHECK(client.request(get("/after")).body == "/after");
}

TEST_CASE("a status without content takes no body with it") {
  NetServer server;
  NetClient client(server.port());
  const ReceivedReply reply = client.request(get("/empty"));
  CHECK(reply.status == 204);
  CHECK(reply.head.find("Content-Length") == std::string::npos);
  CHECK(client.request(get("/after")).body == "/after");
}

TEST_CASE("a malformed request gets 400 and the connection is closed") {
  NetServer server;
  NetClient client(server.port());
  CHECK(client.request(get("/fine")).status == 200);
  // The client goes on sending and must still be able to read the reply.
  client.send("this is no HTTP\r\n\r\n" + std::string(300'000, 'x'));
  const ReceivedReply reply = client.receive_reply();
  CHECK(reply.status == 400);
  CHECK(reply.has_line("Connection: close"));
  CHECK(reply.has_line("Content-Type: text/plain; charset=utf-8"));
  CHECK(reply.has_line("X-Common: yes"));
  CHECK(reply.body.ends_with("\n"));
  CHECK(client.at_end());
  client.end_sending();
  CHECK(eventually([&] { return server.connections() == 0; }));
}

TEST_CASE("a body over its limit is refused before it is sent") {
  NetServer server([](auto& options) { options.limits.body = 1'000; });
  NetClient client(server.port());
  const ReceivedReply reply = client.request(
      "POST / HTTP/1.1\r\nHost: board\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n");
  CHECK(reply.status == 413);
  CHECK(client.at_end());
}
