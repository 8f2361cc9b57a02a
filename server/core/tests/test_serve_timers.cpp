// Functions that run at a certain time.
#include <doctest/doctest.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "serve/timers.hpp"

using namespace std::chrono_literals;
using tuber::io::Poller;
using tuber::serve::Clock;
using tuber::serve::Timers;

TEST_CASE("functions run in the order of their times, once") {
  Poller poller;
  Timers timers(poller);
  std::vector<int> ran;
  const Clock::time_point now = Clock::now();
  timers.add(now + 3ms, [&] { ran.push_back(3); });
  timers.add(now + 1ms, [&] { ran.push_back(1); });
  timers.add(now + 1ms, [&] { ran.push_back(2); });
  timers.add(now + 1h, [&] { ran.push_back(4); });
  timers.run_due(now);
  CHECK(ran.empty());
  timers.run_due(now + 2ms);
  CHECK(ran == std::vector{1, 2});
  timers.run_due(now + 3ms);
  timers.run_due(now + 3ms);
  CHECK(ran == std::vector{1, 2, 3});
  CHECK(timers.next() == now + 1h);
}

TEST_CASE("a cancelled function does not run, and one that ran cannot be cancelled") {
  Poller poller;
  Timers timers(poller);
  int ran = 0;
  const Clock::time_point now = Clock::now();
  const Timers::Key first = timers.add(now, [&] { ++ran; });
  const Timers::Key second = timers.add(now, [&] { ++ran; });
  CHECK(timers.cancel(first));
  CHECK_FALSE(timers.cancel(first));
  timers.run_due(now);
  CHECK(ran == 1);
  CHECK_FALSE(timers.cancel(second));
  CHECK(timers.next() == Clock::time_point::max());
}

TEST_CASE("the poller wakes one thread for the earliest function, also one added later") {
  Poller poller;
  Timers timers(poller);
  timers.add(Clock::now() + 1h, [] {});
  std::thread adder([&] { timers.add(Clock::now() + 5ms, [] {}); });
  CHECK(poller.wait(20s) == Poller::kTimer);
  adder.join();
  timers.run_due(Clock::now());
  CHECK(timers.next() > Clock::now());
  CHECK(poller.wait(20ms) == std::nullopt);  // the timer is set for the function in an hour
}

TEST_CASE("a function may add and cancel others") {
  Poller poller;
  Timers timers(poller);
  const Clock::time_point now = Clock::now();
  std::vector<int> ran;
  const Timers::Key other = timers.add(now + 1ms, [&] { ran.push_back(9); });
  timers.add(now, [&] {
    ran.push_back(1);
    timers.cancel(other);
    timers.add(now, [&] { ran.push_back(2); });
  });
  timers.run_due(now + 1ms);
  CHECK(ran == std::vector{1, 2});
}
