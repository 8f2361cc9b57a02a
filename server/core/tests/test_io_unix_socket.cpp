// A server on a unix socket: its file and its connections.
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "forked_child.hpp"
#include "net_client.hpp"
#include "net_server.hpp"
#include "temporary_tree.hpp"

using namespace std::chrono_literals;
using namespace tuber::testing;
using tuber::io::UnixAddress;
using tuber::serve::TemporaryTree;

namespace {

namespace fs = std::filesystem;

std::unique_ptr<NetServer> serve_at(const std::string& path, mode_t mode = 0600) {
  return std::make_unique<NetServer>(
      [&](auto& options) { options.unix_socket = UnixAddress{path, mode}; });
}

std::string in(const TemporaryTree& tree, const std::string& name) {
  return tree.path() / name;
}

// Listens at the path; returns errno, 0 for success, and the message.
int refusal_at(const std::string& path, std::string* message = nullptr) {
  try {
    serve_at(path);
  } catch (const std::system_error& error) {
    if (message != nullptr) *message = error.what();
    return error.code().value();
  }
  return 0;
}

// Leaves the file of a killed server.
void leave_dead_socket(const std::string& path) {
  const tuber::base::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(socket.get(), 1) == 0);
}

mode_t mode_of(const std::string& path) {
  struct stat found{};
  REQUIRE(::lstat(path.c_str(), &found) == 0);
  REQUIRE(S_ISSOCK(found.st_mode));
  return found.st_mode & 0777;
}

}  // namespace

TEST_CASE("a unix socket serves like a port") {
  const TemporaryTree tree;
  const std::string path = in(tree, "socket");
  const auto server = serve_at(path);
  CHECK(server->port() == 0);
  NetClient client(path);
  CHECK(client.request(get("/first")).body == "/first");
  CHECK(client.request(post("/second", "body")).body == "body");
  CHECK(client.request(get("/large")).body.size() == kLargeReply);
  CHECK(client.request(get("/file")).body.size() == kFileSize);
  CHECK(NetClient(path).request(get("/another")).body == "/another");
  client.send("nonsense\r\n\r\n");
  CHECK(client.receive_reply().status == 400);
  CHECK(client.at_end());
}

TEST_CASE("the mode decides which users may connect, for any umask") {
  const TemporaryTree tree;
  const mode_t before = ::umask(0077);
  const auto narrow = serve_at(in(tree, "narrow"));
  const auto group = serve_at(in(tree, "group"), 0660);
  ::umask(0);
  const auto open_mask = serve_at(in(tree, "open"));
  ::umask(before);
  CHECK(mode_of(in(tree, "narrow")) == 0600);
  CHECK(mode_of(in(tree, "group")) == 0660);
  CHECK(mode_of(in(tree, "open")) == 0600);
}

TEST_CASE("stopping removes the file, and another server may use the path") {
  const TemporaryTree tree;
  const std::string path = in(tree, "socket");
  for (int i = 0; i < 20; ++i) {
    const auto server = serve_at(path);
    NetClient client(path);
    CHECK(client.request(get("/again")).body == "/again");
    server->server.request_stop();
    CHECK_FALSE(fs::exists(path));
    const auto successor = serve_at(path);
    CHECK(server->server.wait(20s));
    CHECK(NetClient(path).request(get("/successor")).body == "/successor");
  }
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("a dead server's file is replaced") {
  const TemporaryTree tree;
  const std::string path = in(tree, "socket");
  leave_dead_socket(path);
  const auto server = serve_at(path);
  CHECK(NetClient(path).request(get("/alive")).body == "/alive");
}

TEST_CASE("a live server's file is not replaced") {
  const TemporaryTree tree;
  const std::string path = in(tree, "socket");
  const auto server = serve_at(path);
  std::string message;
  CHECK(refusal_at(path, &message) == EADDRINUSE);
  CHECK(message.find("unix:" + path + " (a server is listening there)") != std::string::npos);
  CHECK(NetClient(path).request(get("/still")).body == "/still");
}

TEST_CASE("a file that is not a socket is not replaced") {
  const TemporaryTree tree;
  const std::string path = in(tree, "notes");
  std::ofstream(path) << "precious";
  CHECK(refusal_at(path) == EEXIST);
  CHECK(fs::file_size(path) == 8);
  fs::create_symlink(path, in(tree, "link"));
  CHECK(refusal_at(in(tree, "link")) == EEXIST);
  CHECK(refusal_at(in(tree, "nowhere/socket")) == ENOENT);
  CHECK(refusal_at(std::string("a\0b", 3)) == EINVAL);
}

TEST_CASE("a path that is too long is refused with the limit") {
  const TemporaryTree tree;
  std::string message;
  CHECK(refusal_at(in(tree, std::string(120, 'x')), &message) == ENAMETOOLONG);
  CHECK(message.find("the system allows") != std::string::npos);
}

TEST_CASE("a stopped server does not remove the file of another server") {
  const TemporaryTree tree;
  const std::string path = in(tree, "socket");
  auto first = serve_at(path);
  fs::remove(path);  // by an operator by mistake
  const auto second = serve_at(path);
  first.reset();
  CHECK(NetClient(path).request(get("/second")).body == "/second");
}

TEST_CASE("of servers that start on one path at once, one serves and the others fail") {
  const TemporaryTree tree;
  const std::string path = in(tree, "socket");
  leave_dead_socket(path);
  std::vector<std::unique_ptr<NetServer>> servers(8);
  std::vector<std::thread> threads;
  for (auto& server : servers) {
    threads.emplace_back([&server, &path] {
      try {
        server = serve_at(path);
      } catch (const std::system_error&) {
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(std::count_if(servers.begin(), servers.end(), [](auto& each) { return each != nullptr; }) ==
        1);
  CHECK(NetClient(path).request(get("/one")).body == "/one");
}

TEST_CASE("a forked child does not affect its parent's unix socket") {
  const TemporaryTree tree;
  const std::string path = in(tree, "socket");
  std::optional<NetServer> server;
  server.emplace([&](auto& options) { options.unix_socket = UnixAddress{path}; });
  CHECK(in_forked_child([&] {
          server->server.request_stop();
          server.reset();
          return 0;
        }) == 0);
  CHECK(NetClient(path).request(get("/new")).body == "/new");
}
