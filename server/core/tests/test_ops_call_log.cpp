// The cost of recording a call: run a release build with --no-skip.
#include <doctest/doctest.h>

#include <chrono>

#include "ops/call_log.hpp"

using tuber::ops::CallLog;

TEST_CASE("the cost of recording a call" * doctest::skip()) {
  CallLog log;
  CallLog::CallSlot slot(log);
  const tuber::io::Peer peer;
  constexpr int kCalls = 1'000'000;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kCalls; ++i) {
    slot.begin("instrument.increment()", peer);
    slot.end("");
  }
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
  MESSAGE("nanoseconds for each call: ", took.count() / kCalls);
  CHECK(took.count() > 0);
}
