// Replies of a worker after one for which memory ran out, at any allocation.
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <array>
#include <cstdlib>
#include <new>
#include <string>

#include "serve/reply_sender.hpp"

namespace {

// The allocation after so many fails once; negative: none.
long allocations_left = -1;

}  // namespace

void* operator new(std::size_t size) {
  if (allocations_left >= 0 && allocations_left-- == 0) throw std::bad_alloc();
  void* const memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace tuber::serve {
namespace {

// Two ends of a connection.
struct Ends {
  Ends() {
    std::array<int, 2> ends{-1, -1};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    server = base::Descriptor(ends[0]);
    client = base::Descriptor(ends[1]);
  }
  [[nodiscard]] std::string received() const {
    std::array<char, 4096> bytes;
    const ssize_t count = ::recv(client.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    return {bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
  }
  base::Descriptor server;
  base::Descriptor client;
};

// What stays the same from second to second.
std::string without_date(std::string reply) {
  const std::size_t at = reply.find("Date: ");
  return at == std::string::npos ? reply : reply.erase(at, reply.find("\r\n", at) + 2 - at);
}

TEST_CASE("a reply is complete although memory ran out for the one before") {
  const std::string common = "X-Tuber-Run: 0123456789abcdef0123456789abcdef\r\n";
  const http::Limits limits;
  Reply reply;
  reply.content_type = "application/json";
  reply.fields = "Cache-Control: no-store, and more than fits in place\r\n";
  reply.body = "{\"result\":1}";
  std::string whole;
  {
    const Ends ends;
    REQUIRE(ReplySender(common, limits).send(ends.server, reply, {}));
    whole = without_date(ends.received());
  }
  bool failed = true;
  for (long at = 0; failed; ++at) {
    CAPTURE(at);
    const Ends ends;
    ReplySender sender(common, limits);
    allocations_left = at;
    try {
      static_cast<void>(sender.send(ends.server, reply, {}));
      failed = false;
    } catch (const std::bad_alloc&) {
    }
    allocations_left = -1;
    if (!failed) {
      CHECK(at > 5);
      continue;
    }
    CHECK(ends.received().empty());
    REQUIRE(sender.send(ends.server, reply, {}));
    CHECK(without_date(ends.received()) == whole);
  }
}

}  // namespace
}  // namespace tuber::serve
