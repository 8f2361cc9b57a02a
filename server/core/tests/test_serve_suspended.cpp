// Requests whose reply is given later: by any thread, at any time, once.
#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "net_client.hpp"
#include "net_server.hpp"
#include "ops/log.hpp"

using namespace tuber::testing;
using namespace std::chrono_literals;
using tuber::serve::Completion;
using tuber::serve::Notice;
using tuber::serve::ServerOptions;

TEST_CASE("a suspended request is answered by another thread, without its worker") {
  NetServer server([](ServerOptions& options) { options.max_workers = 1; });
  NetClient waiting(server.port());
  waiting.send(get("/suspend"));
  std::optional<Completion> completion = server.waiting->take("/suspend");
  REQUIRE(completion);
  CHECK(server.server.counts().waiting == 1);
  CHECK(server.server.counts().calls == 0);
  NetClient other(server.port());
  CHECK(other.request(get("/")).body == "/");  // by the only worker
  CHECK_FALSE(waiting.has_reply());
  CHECK(completion->complete(Waiting::text("later")));
  const ReceivedReply reply = waiting.receive_reply();
  CHECK(reply.status == 200);
  CHECK(reply.body == "later");
  CHECK(reply.has_line("X-Common: yes"));
  CHECK(reply.has_line("X-Added: yes"));
  CHECK(waiting.request(get("/next")).body == "/next");
  CHECK(eventually([&] { return server.server.counts().waiting == 0; }));
}

TEST_CASE("a reply may be complete before the handler returns") {
  NetServer server;
  NetClient client(server.port());
  for (int i = 0; i < 50; ++i) {
    const ReceivedReply reply = client.request(get("/suspend/at-once"));
    CHECK(reply.body == "at once");
    CHECK(reply.has_line("X-Added: yes"));
    std::optional<Completion> completion = server.waiting->take("/suspend/at-once");
    REQUIRE(completion);
    CHECK_FALSE(completion->complete(Waiting::text("twice")));
  }
}

TEST_CASE("a handler that answers after all makes the completion useless") {
  NetServer server;
  NetClient client(server.port());
  CHECK(client.request(get("/suspend/done")).status == 299);
  CHECK(client.request(get("/next")).body == "/next");
  CHECK(eventually([&] { return server.server.counts().waiting == 0; }));
}

TEST_CASE("the second of two replies is refused") {
  NetServer server;
  NetClient client(server.port());
  client.send(get("/suspend"));
  std::optional<Completion> completion = server.waiting->take("/suspend");
  REQUIRE(completion);
  std::atomic<int> accepted = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { accepted += completion->complete(Waiting::text("one of four")); });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(accepted == 1);
  CHECK(client.receive_reply().body == "one of four");
  CHECK(client.request(get("/next")).body == "/next");
}

TEST_CASE("a completion that is destroyed unused answers 500") {
  NetServer server;
  NetClient client(server.port());
  client.send(get("/suspend"));
  {
    const std::optional<Completion> dropped = server.waiting->take("/suspend");
  }
  CHECK(client.receive_reply().status == 500);
  CHECK(client.request(get("/next")).body == "/next");
}

TEST_CASE("pipelined requests are answered after the suspended one, in order") {
  NetServer server;
  NetClient client(server.port());
  client.send(get("/suspend") + get("/second") + get("/suspend/at-once") + post("/", "fourth"));
  std::optional<Completion> completion = server.waiting->take("/suspend");
  REQUIRE(completion);
  CHECK_FALSE(client.has_reply());
  completion->complete(Waiting::text("first"));
  for (const char* expected : {"first", "/second", "at once", "fourth"}) {
    CHECK(client.receive_reply().body == expected);
  }
}

TEST_CASE("the reply to HEAD has no body") {
  NetServer server;
  NetClient client(server.port());
  client.send("HEAD /suspend HTTP/1.1\r\nHost: x\r\n\r\n");
  std::optional<Completion> completion = server.waiting->take("/suspend");
  REQUIRE(completion);
  completion->complete(Waiting::text("12345"));
  CHECK(client.receive_head().has_line("Content-Length: 5"));
  CHECK(client.request(get("/next")).body == "/next");
}

TEST_CASE("a slow reader of a completed reply holds no worker") {
  NetServer server([](ServerOptions& options) { options.max_workers = 1; });
  NetClient slow(server.port(), 4'096);
  slow.send(get("/suspend"));
  std::optional<Completion> completion = server.waiting->take("/suspend");
  REQUIRE(completion);
  const std::string large = pattern(kLargeReply);
  completion->complete(Waiting::text(large));
  NetClient other(server.port());
  for (int i = 0; i < 20; ++i) CHECK(other.request(get("/")).body == "/");
  CHECK(slow.receive_reply().body == large);
  CHECK(slow.request(get("/next")).body == "/next");
}

TEST_CASE("a reader that stalls loses its connection") {
  NetServer server([](ServerOptions& options) { options.limits.stall_timeout = 100ms; });
  NetClient stalled(server.port(), 4'096);
  stalled.send(get("/suspend"));
  std::optional<Completion> completion = server.waiting->take("/suspend");
  REQUIRE(completion);
  completion->complete(Waiting::text(pattern(kLargeReply)));
  CHECK(eventually([&] { return server.connections() == 0; }));
  CHECK(server.server.counts().waiting == 0);
}

TEST_CASE("a reset connection is noticed, half-closing is not an end") {
  NetServer server;
  NetClient reset(server.port());
  reset.send(get("/suspend/reset"));
  NetClient half_closed(server.port());
  half_closed.send(get("/suspend/half"));
  half_closed.end_sending();
  std::optional<Completion> of_reset = server.waiting->take("/suspend/reset");
  std::optional<Completion> of_half = server.waiting->take("/suspend/half");
  REQUIRE(of_reset);
  REQUIRE(of_half);
  reset.reset();
  CHECK(server.waiting->wait_for("/suspend/reset", Notice::disconnected));
  CHECK(of_reset->complete(Waiting::text("to no client")));
  CHECK(of_half->complete(Waiting::text("to the half-closed")));
  CHECK(half_closed.receive_reply().body == "to the half-closed");
  CHECK(server.waiting->notices() == 1);
  CHECK(eventually([&] { return server.server.counts().waiting == 0; }));
}

TEST_CASE("requests over the limit of waiting ones are refused, also for each address") {
  for (const bool for_address : {false, true}) {
    NetServer server([&](ServerOptions& options) {
      (for_address ? options.limits.waiting_per_address : options.limits.waiting) = 2;
    });
    std::vector<std::unique_ptr<NetClient>> clients;
    std::vector<Completion> completions;
    for (const char* target : {"/suspend/1", "/suspend/2"}) {
      clients.push_back(std::make_unique<NetClient>(server.port()));
      clients.back()->send(get(target));
      std::optional<Completion> completion = server.waiting->take(target);
      REQUIRE(completion);
      completions.push_back(std::move(*completion));
    }
    NetClient refused(server.port());
    CHECK(refused.request(get("/suspend/3")).status == 503);
    completions.front().complete(Waiting::text("done"));
    CHECK(clients.front()->receive_reply().body == "done");
    CHECK(eventually([&] { return server.server.counts().waiting == 1; }));
    refused.send(get("/suspend/4"));
    std::optional<Completion> fourth = server.waiting->take("/suspend/4");
    REQUIRE(fourth);
    fourth->complete(Waiting::text("fourth"));
    CHECK(refused.receive_reply().body == "fourth");
  }
}

TEST_CASE("a server that stops notifies, and waits for the replies") {
  auto server = std::make_unique<NetServer>();
  NetClient client(server->port());
  NetClient slow(server->port(), 4'096);
  client.send(get("/suspend/1"));
  slow.send(get("/suspend/2"));
  std::optional<Completion> completion = server->waiting->take("/suspend/1");
  std::optional<Completion> of_slow = server->waiting->take("/suspend/2");
  REQUIRE(completion);
  REQUIRE(of_slow);
  server->server.request_stop();
  CHECK(server->waiting->wait_for("/suspend/1", Notice::stopping));
  CHECK(server->waiting->wait_for("/suspend/2", Notice::stopping));
  CHECK_FALSE(server->server.wait(50ms));
  const std::string large = pattern(kLargeReply);
  of_slow->complete(Waiting::text(large));
  CHECK_FALSE(server->server.wait(50ms));
  completion->complete(Waiting::text("before the end"));
  const ReceivedReply reply = client.receive_reply();
  CHECK(reply.body == "before the end");
  CHECK(reply.has_line("Connection: close"));
  CHECK(slow.receive_reply().body == large);
  CHECK(server->server.wait(20s));
}

TEST_CASE("a reply that is half sent when the server stops is sent to its end") {
  NetServer server;
  NetClient slow(server.port(), 4'096);
  slow.send(get("/suspend"));
  std::optional<Completion> completion = server.waiting->take("/suspend");
  REQUIRE(completion);
  const std::string large = pattern(kLargeReply);
  completion->complete(Waiting::text(large));
  CHECK(slow.receive(100).size() == 100);
  server.server.request_stop();
  CHECK(slow.receive(large.size()).size() == large.size());
  slow.end_sending();
  CHECK(server.server.wait(20s));
}

TEST_CASE("a server whose suspended request is never answered is given up after its grace") {
  std::optional<Completion> completion;
  {
    NetServer server;
    NetClient client(server.port());
    client.send(get("/suspend"));
    completion = server.waiting->take("/suspend");
    REQUIRE(completion);
    server.server.request_stop();
    CHECK_FALSE(server.server.wait(100ms));
    server.server.abandon();
  }
  CHECK(completion->complete(Waiting::text("too late")));  // its worker ends now
}

TEST_CASE("the access log has one line for a suspended request, with the time that it waited") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const tuber::base::Descriptor reader(ends[0]);
  const tuber::base::Descriptor writer(ends[1]);
  NetServer server([&](ServerOptions& options) {
    options.log =
        std::make_shared<tuber::ops::Log>(tuber::ops::LogOptions{.access = true}, ends[1]);
  });
  NetClient client(server.port());
  client.send(get("/suspend"));
  std::optional<Completion> completion = server.waiting->take("/suspend");
  REQUIRE(completion);
  std::this_thread::sleep_for(20ms);  // what is measured
  completion->complete(Waiting::text("logged"));
  CHECK(client.receive_reply().body == "logged");
  CHECK(client.request(get("/next")).body == "/next");
  std::string log(10'000, '\0');
  log.resize(static_cast<std::size_t>(::read(reader.get(), log.data(), log.size())));
  const std::size_t line = log.find("GET /suspend");
  REQUIRE(line != std::string::npos);
  CHECK(log.find("GET /suspend", line + 1) == std::string::npos);
  const std::size_t seconds = log.find("seconds=", line);
  REQUIRE(seconds != std::string::npos);
  CHECK(std::stod(log.substr(seconds + 8)) >= 0.02);
}

TEST_CASE("many requests are suspended and completed by many threads at once") {
  NetServer server;
  constexpr int kClients = 8;
  constexpr int kRequests = 200;
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int client = 0; client < kClients; ++client) {
    threads.emplace_back([&, client] {
      NetClient connection(server.port());
      for (int i = 0; i < kRequests; ++i) {
        const std::string target = "/suspend/" + std::to_string(client) + "/" + std::to_string(i);
        connection.send(get(target));
        std::thread completer([&] {
          if (auto completion = server.waiting->take(target)) {
            completion->complete(Waiting::text(target));
          }
        });
        right += connection.receive_reply().body == target;
        completer.join();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == kClients * kRequests);
  CHECK(eventually([&] { return server.server.counts().waiting == 0; }));
}
