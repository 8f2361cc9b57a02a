#include <doctest/doctest.h>

#include <cstdint>

#include "http/per_head_cache.hpp"

using tuber::http::PerHeadCache;
using tuber::http::RequestHead;

namespace {

RequestHead numbered(std::uint64_t serial) {
  RequestHead head;
  head.serial = serial;
  return head;
}

}  // namespace

TEST_CASE("a value is computed once per head, and again after it was displaced") {
  PerHeadCache<int> cache;
  int computed = 0;
  const auto compute = [&] { return ++computed; };
  CHECK(cache.of(numbered(1), compute) == 1);
  CHECK(cache.of(numbered(2), compute) == 2);
  CHECK(cache.of(numbered(1), compute) == 1);
  for (std::uint64_t serial = 3; serial < 1000; ++serial) {
    CHECK(cache.of(numbered(serial), compute) == static_cast<int>(serial));
  }
  CHECK(cache.of(numbered(1), compute) == 1000);
}

TEST_CASE("nothing is cached for a head without a number") {
  PerHeadCache<int> cache;
  int computed = 0;
  const auto compute = [&] { return ++computed; };
  CHECK(cache.of(numbered(0), compute) == 1);
  CHECK(cache.of(numbered(0), compute) == 2);
}
