#include <doctest/doctest.h>

#include <cstdint>

#include "http/per_head_cache.hpp"

using tuber::http::Conclusions;
using tuber::http::RequestHead;

namespace {

RequestHead numbered(std::uint64_t serial) {
  RequestHead head;
  head.serial = serial;
  return head;
}

}  // namespace

TEST_CASE("a conclusion is drawn once from a head, and again when it was displaced") {
  Conclusions<int> conclusions;
  int drawn = 0;
  const auto draw = [&] { return ++drawn; };
  CHECK(conclusions.of(numbered(1), draw) == 1);
  CHECK(conclusions.of(numbered(2), draw) == 2);
  CHECK(conclusions.of(numbered(1), draw) == 1);
  for (std::uint64_t serial = 3; serial < 1000; ++serial) {
    CHECK(conclusions.of(numbered(serial), draw) == static_cast<int>(serial));
  }
  CHECK(conclusions.of(numbered(1), draw) == 1000);
}

TEST_CASE("nothing is kept of a head that has no number") {
  Conclusions<int> conclusions;
  int drawn = 0;
  const auto draw = [&] { return ++drawn; };
  CHECK(conclusions.of(numbered(0), draw) == 1);
  CHECK(conclusions.of(numbered(0), draw) == 2);
}
