// Timeouts and limits of connections and calls, and a lack of resources.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/descriptor.hpp"
#include "net_client.hpp"
#include "net_server.hpp"

using namespace std::chrono_literals;
using namespace tuber::testing;

TEST_CASE("a head that does not end in time is refused") {
  NetServer server([](auto& options) {
    options.limits.head_timeout = 40ms;
    options.limits.head = 16 * 1024 * 1024;  // of which none can be sent in that time
  });
  NetClient stopping(server.port());
  const ReceivedReply reply = stopping.request("GET / HTTP/1.1\r\n");
  CHECK(reply.status == 408);
  CHECK(reply.has_line("Connection: close"));
  CHECK(stopping.at_end());

  NetClient trickling(server.port());
  trickling.send("GET / HTTP/1.1\r\nX: ");
  while (trickling.send("x") && server.connections() > 1) {
  }
  CHECK(trickling.receive_reply().status == 408);
}

TEST_CASE("the time of a head begins with each request") {
  NetServer server([](auto& options) { options.limits.head_timeout = 100ms; });
  NetClient client(server.port());
  const auto end = std::chrono::steady_clock::now() + 300ms;
  while (std::chrono::steady_clock::now() < end) {
    REQUIRE(client.send("GET /slow HTTP/1.1\r\nHo"));
    REQUIRE(client.request("st: board\r\n\r\n").status == 200);
  }
}

TEST_CASE("a body without progress is refused") {
  NetServer server([](auto& options) { options.limits.stall_timeout = 40ms; });
  NetClient client(server.port());
  CHECK(client.request("POST / HTTP/1.1\r\nHost: board\r\nContent-Length: 9\r\n\r\nfour").status ==
        408);
  CHECK(client.at_end());
}

TEST_CASE("a client that does not read its reply is disconnected") {
  NetServer server([](auto& options) { options.limits.stall_timeout = 40ms; });
  NetClient client(server.port(), 4 * 1024);
  client.send(get("/large"));
  CHECK(eventually([&] { return server.connections() == 1; }));
  CHECK(eventually([&] { return server.connections() == 0; }));
}

TEST_CASE("a client that reads its reply too slowly is disconnected") {
  for (const char* path : {"/large", "/file"}) {
    NetServer server([](auto& options) {
      options.limits.stall_timeout = 200ms;
      options.limits.min_download_rate = std::uint64_t{1} << 40;  // no client is as fast
    });
    NetClient client(server.port(), 4 * 1024);
    client.send(get(path));
    std::size_t taken = 0;
    CHECK(eventually([&] {
      taken += client.receive(2'000).size();
      return taken > 0 && server.connections() == 0;
    }));
    CHECK(taken < kFileSize);
  }
}

TEST_CASE("an empty line after a request leaves the connection idle") {
  NetServer server([](auto& options) {
    options.limits.head_timeout = 40ms;
    options.limits.idle_timeout = 200ms;
  });
  NetClient client(server.port());
  CHECK(client.request(get("/one") + "\r\n").body == "/one");
  CHECK(client.at_end());  // after the idle time, and without a 408

  NetClient cut(server.port());
  CHECK(cut.request(get("/one") + "\r").body == "/one");
  CHECK(cut.request("\n" + get("/two")).body == "/two");
  CHECK(cut.request("\r\n" + get("/three")).body == "/three");
}

TEST_CASE("an idle connection is closed without a reply") {
  NetServer server([](auto& options) { options.limits.idle_timeout = 40ms; });
  NetClient silent(server.port());
  NetClient served(server.port());
  CHECK(served.request(get("/")).status == 200);
  CHECK(served.at_end());
  CHECK(silent.at_end());
  CHECK(eventually([&] { return server.connections() == 0; }));
}

TEST_CASE("a lingering close ends although the client does not close") {
  NetServer server;
  NetClient client(server.port());
  CHECK(client.request("no HTTP\r\n\r\n").status == 400);
  CHECK(client.at_end());
  CHECK(eventually([&] { return server.connections() == 0; }));
}

TEST_CASE("a lingering close discards a limited number of bytes") {
  NetServer server;
  NetClient client(server.port());
  client.send("no HTTP\r\n\r\n");
  const std::string flood(1024 * 1024, 'x');
  std::size_t sent = 0;
  while (sent < 256 && client.send(flood)) ++sent;
  CHECK(sent < 128);  // MiB; the bound, and what the sockets' buffers hold
  CHECK(eventually([&] { return server.connections() == 0; }));
}

TEST_CASE("a body that arrives too slowly is refused") {
  NetServer server([](auto& options) {
    options.limits.upload_rate_window = 100ms;
    options.limits.min_upload_rate = std::uint64_t{1} << 40;  // no client is as fast
  });
  NetClient slow(server.port());
  slow.send("POST / HTTP/1.1\r\nHost: board\r\nContent-Length: 60000000\r\n\r\n");
  NetClient other(server.port());
  while (!slow.has_reply()) {
    REQUIRE(other.request(get("/other")).status == 200);
    REQUIRE(slow.send("x"));
  }
  CHECK(slow.receive_reply().status == 408);
  CHECK(slow.at_end());
}

TEST_CASE("a body may arrive as slowly as the limit allows") {
  NetServer server([](auto& options) {
    options.limits.upload_rate_window = 20ms;
    options.limits.min_upload_rate = 1;
  });
  NetClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: board\r\nContent-Length: 20\r\n\r\n");
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(10ms);
    client.send("x");
  }
  CHECK(client.receive_reply().body.size() == 20);
}

TEST_CASE("connections over the limit get 503 and are closed") {
  NetServer server([](auto& options) { options.limits.connections = 2; });
  NetClient first(server.port());
  CHECK(first.request(get("/first")).status == 200);
  auto second = std::make_unique<NetClient>(server.port());
  CHECK(second->request(get("/second")).status == 200);
  NetClient third(server.port());
  const ReceivedReply reply = third.request(post("/third", "and an unread body"));
  CHECK(reply.status == 503);
  CHECK(reply.has_line("Retry-After: 1"));
  CHECK(reply.has_line("Connection: close"));
  CHECK(third.at_end());
  CHECK(first.request(get("/meanwhile")).body == "/meanwhile");
  second.reset();
  CHECK(eventually([&] { return NetClient(server.port()).request(get("/")).status == 200; }));
}

TEST_CASE("a flood of connections over the limit harms no other") {
  NetServer server([](auto& options) { options.limits.connections = 1; });
  NetClient served(server.port());
  REQUIRE(served.request(get("/")).status == 200);
  std::vector<std::unique_ptr<NetClient>> flood;
  for (int i = 0; i < 200; ++i) flood.push_back(std::make_unique<NetClient>(server.port()));
  CHECK(served.request(get("/meanwhile")).body == "/meanwhile");
  CHECK(eventually([&] { return server.connections() < 50; }));
  CHECK(served.request(get("/after")).body == "/after");
}

TEST_CASE("connections over the limit of an address get 503 and are closed") {
  NetServer server([](auto& options) { options.limits.connections_per_address = 1; });
  auto first = std::make_unique<NetClient>(server.port());
  CHECK(first->request(get("/first")).status == 200);
  NetClient second(server.port());
  CHECK(second.receive_reply().status == 503);
  CHECK(second.at_end());
  CHECK(first->request(get("/meanwhile")).body == "/meanwhile");
  first.reset();
  CHECK(eventually([&] { return NetClient(server.port()).request(get("/")).status == 200; }));
}

TEST_CASE("connections are fewer than the descriptors of the process") {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit unlimited = limit;
  limit.rlim_cur = 64 + 8;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  NetServer server;
  ::setrlimit(RLIMIT_NOFILE, &unlimited);
  std::vector<std::unique_ptr<NetClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<NetClient>(server.port()));
    REQUIRE(clients.back()->request(get("/")).status == 200);
  }
  CHECK(NetClient(server.port()).receive_reply().status == 503);
}

TEST_CASE("calls over the limit get 503 at once and are closed") {
  NetServer server([](auto& options) { options.limits.calls = 2; });
  std::vector<std::unique_ptr<NetClient>> holding;
  for (int i = 0; i < 2; ++i) {
    holding.push_back(std::make_unique<NetClient>(server.port()));
    holding.back()->send(get("/hold"));
  }
  REQUIRE(server.gate->wait_for(2));
  CHECK(server.server.counts().calls == 2);
  for (int i = 0; i < 100; ++i) {  // more than there are workers to spare
    NetClient client(server.port());
    const ReceivedReply reply = client.request(post("/", "not run"));
    CHECK(reply.status == 503);
    CHECK(reply.has_line("Retry-After: 1"));
    CHECK(client.at_end());
  }
  CHECK(NetClient(server.port()).request(get("/exempt")).body == "/exempt");
  server.gate->open();
  for (const auto& client : holding) CHECK(client->receive_reply().body == "/hold");
  CHECK(eventually([&] { return NetClient(server.port()).request(get("/")).status == 200; }));
}

TEST_CASE("clients that do not read exempt replies do not occupy all workers") {
  NetServer server([](auto& options) {
    options.max_workers = 12;
    options.limits.stall_timeout = 10min;
  });
  const std::string large(5 * 1024 * 1024, 'x');  // more than the buffers of a connection hold
  std::vector<std::unique_ptr<NetClient>> unread;
  for (int i = 0; i < 14; ++i) {
    unread.push_back(std::make_unique<NetClient>(server.port(), 4 * 1024));
    REQUIRE(unread.back()->send(post("/exempt", large)));
  }
  NetClient other(server.port());
  CHECK(other.request(get("/other")).body == "/other");
  CHECK(server.connections() < unread.size());  // some were closed, not all
  CHECK(other.request(get("/exempt")).body == "/exempt");
}

TEST_CASE("running out of descriptors delays new connections and harms no other") {
  NetServer server(
      [](auto& options) { options.limits.head_timeout = 100ms; });  // checks deadlines often
  NetClient before(server.port());
  REQUIRE(before.request(get("/before")).status == 200);
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit unlimited = limit;
  limit.rlim_cur = 256;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  std::vector<tuber::base::Descriptor> taken;
  while (true) {
    tuber::base::Descriptor one(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!one.open()) break;
    taken.push_back(std::move(one));
  }
  taken.pop_back();  // for the client's socket
  NetClient late(server.port());
  late.send(get("/late"));
  CHECK(before.request(get("/meanwhile")).body == "/meanwhile");
  taken.clear();
  CHECK(late.receive_reply().body == "/late");
  ::setrlimit(RLIMIT_NOFILE, &unlimited);
}
