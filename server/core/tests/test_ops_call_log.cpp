// What a record of each call costs: run with --no-skip, of a release build.
#include <doctest/doctest.h>

#include <chrono>

#include "ops/call_log.hpp"

using tuber::ops::CallLog;

TEST_CASE("the cost of a record" * doctest::skip()) {
  CallLog log;
  CallLog::Desk desk(log);
  const tuber::io::Peer who;
  constexpr int kCalls = 1'000'000;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kCalls; ++i) {
    desk.begin("instrument.increment()", who);
    desk.end("");
  }
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
  MESSAGE("nanoseconds for each call: ", took.count() / kCalls);
  CHECK(took.count() > 0);
}
