// Which connections occupy a worker, and for how long; the server's start and end.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "forked_child.hpp"
#include "net_client.hpp"
#include "net_server.hpp"

using namespace std::chrono_literals;
using namespace tuber::testing;

namespace {

using Clients = std::vector<std::unique_ptr<NetClient>>;

Clients connect(const NetServer& server, std::size_t count) {
  Clients clients;
  for (std::size_t i = 0; i < count; ++i) {
    clients.push_back(std::make_unique<NetClient>(server.port()));
  }
  return clients;
}

// Limits the descriptors of the process for a scope.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t soft) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = std::min(soft, before_.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    reached_ = limit.rlim_cur == soft;
  }
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;
  [[nodiscard]] bool reached() const { return reached_; }

 private:
  rlimit before_{};
  bool reached_ = false;
};

tuber::serve::ServerOptions on_loopback(std::uint16_t port) {
  tuber::serve::ServerOptions options;
  options.bind = "127.0.0.1";
  options.port = port;
  return options;
}

std::unique_ptr<tuber::serve::Handler> no_handler() {
  return nullptr;
}

}  // namespace

TEST_CASE("idle connections neither delay the next one nor cost a thread") {
  const DescriptorLimit limit(4'096);
  REQUIRE(limit.reached());
  NetServer server([](auto& options) { options.surplus_worker_time = 10ms; });
  const Clients clients = connect(server, 1'000);
  for (const auto& client : clients) REQUIRE(client->request(get("/hello")).status == 200);
  CHECK(server.connections() == 1'000);
  CHECK(eventually([&] { return server.workers() <= 2; }));
  NetClient late(server.port());
  CHECK(late.request(get("/late")).body == "/late");
}

TEST_CASE("connections that have sent nothing cost no thread") {
  NetServer server;
  const Clients clients = connect(server, 100);
  CHECK(eventually([&] { return server.connections() == 100; }));
  CHECK(server.workers() == 1);
}

TEST_CASE("half-sent requests cost no thread") {
  NetServer server([](auto& options) { options.surplus_worker_time = 10ms; });
  const Clients clients = connect(server, 40);
  for (const auto& client : clients) client->send("POST / HTTP/1.1\r\nContent-Le");
  CHECK(eventually([&] { return server.connections() == 40 && server.workers() <= 2; }));
  for (const auto& client : clients) client->send("ngth: 5\r\nHost: board\r\n\r\nhel");
  CHECK(eventually([&] { return server.workers() <= 2; }));
  for (const auto& client : clients) CHECK(client->request("lo").body == "hello");
}

TEST_CASE("calls run concurrently, and surplus workers end afterwards") {
  NetServer server([](auto& options) { options.surplus_worker_time = 20ms; });
  const Clients clients = connect(server, 20);
  for (const auto& client : clients) client->send(get("/hold"));
  REQUIRE(server.gate->wait_for(20));
  CHECK(server.workers() == 21);
  NetClient another(server.port());
  CHECK(another.request(get("/exempt")).body == "/exempt");
  server.gate->open();
  for (const auto& client : clients) CHECK(client->receive_reply().body == "/hold");
  CHECK(eventually([&] { return server.workers() == 2; }));
  CHECK(another.request(get("/still")).body == "/still");
}

TEST_CASE("when all workers are busy connections wait for their turn") {
  NetServer server([](auto& options) { options.max_workers = 2; });
  const Clients holding = connect(server, 2);
  for (const auto& client : holding) client->send(get("/hold"));
  REQUIRE(server.gate->wait_for(2));
  const Clients waiting = connect(server, 10);
  for (const auto& client : waiting) client->send(get("/waits"));
  CHECK(server.workers() == 2);
  server.gate->open();
  for (const auto& client : waiting) CHECK(client->receive_reply().body == "/waits");
}

TEST_CASE("busy connections do not starve others when there are too few workers") {
  NetServer server([](auto& options) { options.max_workers = 1; });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      NetClient client(server.port());
      for (int call = 0; call < 500; ++call) REQUIRE(client.request(get("/")).status == 200);
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(server.workers() == 1);
}

TEST_CASE("a client that never stops sending does not starve others") {
  NetServer server([](auto& options) { options.max_workers = 1; });
  NetClient flooding(server.port());
  std::string requests;
  for (int i = 0; i < 1'000; ++i) requests += get("/flood");
  std::atomic<bool> enough = false;
  std::thread sender([&] {
    while (!enough && flooding.send(requests)) {
    }
    flooding.end_sending();
  });
  std::thread reader([&] {
    while (!flooding.receive(1'000'000).empty()) {
    }
  });
  NetClient other(server.port());
  for (int i = 0; i < 20; ++i) CHECK(other.request(get("/other")).body == "/other");
  enough = true;
  sender.join();
  reader.join();
}

#ifdef __GLIBC__
TEST_CASE("a thread that is ended inside a handler closes only its own connection") {
  NetServer server;
  NetClient doomed(server.port());
  CHECK(doomed.request(get("/before")).status == 200);
  doomed.send(get("/exit"));
  CHECK(doomed.at_end());
  CHECK(NetClient(server.port()).request(get("/after")).body == "/after");
  server.server.request_stop();
  CHECK(server.server.wait(20s));
}
#endif

TEST_CASE("stopping lets a running request be answered in full") {
  std::optional<NetServer> server(std::in_place);
  NetClient idle(server->port());
  REQUIRE(idle.request(get("/")).status == 200);
  NetClient busy(server->port());
  busy.send(post("/hold", "kept"));
  REQUIRE(server->gate->wait_for(1));

  server->server.request_stop();
  server->server.request_stop();
  CHECK(idle.at_end());
  CHECK_THROWS_AS(NetClient(server->port()), std::runtime_error);
  CHECK_FALSE(server->server.wait(1ms));

  server->gate->open();
  const ReceivedReply reply = busy.receive_reply();
  CHECK(reply.body == "kept");
  CHECK(reply.has_line("Connection: close"));
  CHECK(busy.at_end());
  CHECK(server->server.wait(20s));
  CHECK(server->workers() == 0);
  CHECK(server->connections() == 0);
}

TEST_CASE("a reply is complete even if its client goes on sending to a server that stops") {
  NetServer server;
  NetClient client(server.port(), 4 * 1024);
  const std::string body(2 * 1024 * 1024, 'x');  // much of it is in the socket buffers
  client.send(post("/hold", body));
  REQUIRE(server.gate->wait_for(1));
  server.server.request_stop();
  server.gate->open();
  std::size_t taken = 0;
  for (std::string piece; !(piece = client.receive(16 * 1024)).empty(); client.send("x")) {
    taken += piece.size();
  }
  CHECK(taken > body.size());  // the head, too
  CHECK(server.server.wait(20s));
}

TEST_CASE("a server that is destroyed while a handler is stuck abandons it") {
  std::shared_ptr<Gate> gate;
  std::optional<NetClient> client;
  {
    NetServer server;
    gate = server.gate;
    client.emplace(server.port());
    client->send(get("/hold"));
    REQUIRE(gate->wait_for(1));
    server.server.request_stop();
    server.gate = std::make_shared<Gate>();  // so that leaving here does not open it
  }
  gate->open();
  CHECK(client->receive_reply().body == "/hold");
}

TEST_CASE("a forked child does not affect its parent's server") {
  NetServer server;
  NetClient idle(server.port());
  REQUIRE(idle.request(get("/before")).status == 200);
  CHECK(in_forked_child([&] {
          server.server.request_stop();
          return server.server.wait(20s) ? 0 : 1;
        }) == 0);
  CHECK(idle.request(get("/idle")).body == "/idle");
  CHECK(NetClient(server.port()).request(get("/new")).body == "/new");
  server.server.request_stop();
  CHECK(server.server.wait(20s));
}

// In a process of its own (see CMakeLists.txt), without threads of other tests: ThreadSanitizer
// does not support threads that start in the child of a process with threads.
TEST_CASE("a server made before a fork serves in the child that starts it" *
          doctest::test_suite("alone")) {
  tuber::serve::Server server(on_loopback(0), no_handler);
  CHECK(in_forked_child([&] {
          server.start();
          server.request_stop();
          return server.wait(20s) && server.counts().workers == 0 ? 0 : 1;
        }) == 0);
}

TEST_CASE("a handler's thread blocks no signal that the programs it starts need") {
  NetServer server;
  CHECK(NetClient(server.port()).request(get("/signals")).body == "open");
}

TEST_CASE("the port is free as soon as a stop is requested") {
  std::uint16_t port = 0;
  for (int i = 0; i < 50; ++i) {
    NetServer server([&](auto& options) { options.port = port; });
    port = server.port();
    NetClient client(port);
    CHECK(client.request(get("/again")).body == "/again");
    server.server.request_stop();
    NetServer successor([&](auto& options) { options.port = port; });
    CHECK(NetClient(port).request(get("/successor")).body == "/successor");
  }
}

TEST_CASE("two servers run in one process") {
  NetServer one;
  NetServer two;
  CHECK(one.port() != two.port());
  one.server.request_stop();
  CHECK(one.server.wait(20s));
  CHECK(NetClient(two.port()).request(get("/two")).body == "/two");
}

TEST_CASE("a server that is stopped before it was started never serves") {
  tuber::serve::Server server(on_loopback(0), no_handler);
  CHECK(server.port() != 0);
  server.request_stop();
  CHECK(server.wait(0ms));
  server.start();
  CHECK(server.wait(20s));
}

TEST_CASE("a failure to listen names the address") {
  NetServer server;
  tuber::serve::ServerOptions options = on_loopback(server.port());
  try {
    const tuber::serve::Server second(options, no_handler);
    FAIL("two servers listen on one port");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::address_in_use);
    const std::string message = error.what();
    CHECK(message.find("127.0.0.1") != std::string::npos);
    CHECK(message.find(std::to_string(server.port())) != std::string::npos);
  }
  options.bind = "not an address";
  CHECK_THROWS_AS(tuber::serve::Server(options, no_handler), std::system_error);
}

TEST_CASE("an empty address listens on IPv4 as well") {
  NetServer server([](auto& options) { options.bind.clear(); });
  CHECK(NetClient(server.port()).request(get("/v4")).body == "/v4");
}
