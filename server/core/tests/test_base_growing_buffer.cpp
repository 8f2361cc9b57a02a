// Memory for a body of an announced size.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "base/growing_buffer.hpp"

namespace tuber::base {
namespace {

constexpr std::size_t kPiece = 100'000;  // not a multiple of the steps of capacity

char letter(std::size_t at) {
  return static_cast<char>('a' + at / kPiece % 26);
}

// Receives up to `size` bytes, a piece at a time.
void receive(GrowingBuffer& buffer, std::size_t size) {
  for (std::size_t at = buffer.view().size(); at < size;) {
    const auto space = buffer.space();
    REQUIRE(!space.empty());
    const std::size_t count = std::min({space.size(), size - at, kPiece - at % kPiece});
    std::memset(space.data(), letter(at), count);
    buffer.received(count);
    at += count;
  }
}

TEST_CASE("a body of any size is complete") {
  GrowingBuffer buffer;
  for (const std::size_t size : {1, 1'000'000, 1'048'576, 1'048'577, 5'000'000, 40'000'000}) {
    buffer.begin(size);
    receive(buffer, size);
    CHECK(buffer.complete());
    const std::string_view body = buffer.view();
    REQUIRE(body.size() == size);
    bool right = true;
    for (std::size_t at = 0; at < size; ++at) right = right && body[at] == letter(at);
    CHECK(right);
    const auto memory = buffer.take();
    CHECK(memory.get() == body.data());
  }
}

TEST_CASE("an announced size takes little memory before the first part arrives") {
  GrowingBuffer buffer;
  buffer.begin(std::size_t{1} << 62);
  CHECK(buffer.space().size() == 1024 * 1024);
}

TEST_CASE("an impossible size grows until memory runs out") {
  GrowingBuffer buffer;
  buffer.begin(~std::size_t{0});
  receive(buffer, 3 * 1024 * 1024);
  CHECK(buffer.space().size() >= 1024 * 1024);
  CHECK(buffer.view()[3 * 1024 * 1024 - 1] == letter(3 * 1024 * 1024 - 1));
}

}  // namespace
}  // namespace tuber::base
