// Which worker takes events, sleeps or takes over, without a socket.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <thread>
#include <vector>

#include "serve/worker_pool.hpp"

using namespace std::chrono_literals;
using tuber::serve::WorkerPool;

namespace {

constexpr auto kNever = 1h;  // for workers that are not surplus

}  // namespace

TEST_CASE("a pool has room for its maximum of workers") {
  WorkerPool pool(2);
  CHECK(pool.add());
  CHECK(pool.add());
  CHECK_FALSE(pool.add());
  CHECK(pool.size() == 2);
  pool.remove();
  CHECK(pool.add());
}

TEST_CASE("the last free worker knows that it is the last") {
  WorkerPool pool(3);
  REQUIRE(pool.add());
  REQUIRE(pool.add());
  WorkerPool::Task first(pool), second(pool);
  CHECK_FALSE(first.was_last_free());
  CHECK(second.was_last_free());
  static_cast<void>(first.finish());
  WorkerPool::Task third(pool);
  CHECK(third.was_last_free());
}

TEST_CASE("of the busy workers the last one to finish waits for events") {
  WorkerPool pool(3);
  for (int i = 0; i < 3; ++i) REQUIRE(pool.add());
  WorkerPool::Task a(pool), b(pool), c(pool);
  CHECK_FALSE(b.finish());
  CHECK_FALSE(a.finish());
  CHECK(c.finish());
  WorkerPool::Task alone(pool);
  CHECK(alone.finish());
}

TEST_CASE("no worker sleeps because of one that released leadership") {
  WorkerPool pool(3);
  for (int i = 0; i < 3; ++i) REQUIRE(pool.add());
  WorkerPool::Task slow(pool);
  slow.release_leadership();
  WorkerPool::Task quick(pool);
  CHECK(quick.finish());
  WorkerPool::Task other(pool);
  CHECK_FALSE(slow.finish());  // the other one is busy, and will wait
  CHECK(other.finish());
  WorkerPool::Task both(pool), of_them(pool);
  both.release_leadership();
  of_them.release_leadership();
  CHECK(both.finish());
  CHECK(of_them.finish());
}

TEST_CASE("workers that only end their work do not delay a takeover") {
  constexpr int kEnding = 400;
  WorkerPool pool(kEnding + 2);
  for (int i = 0; i < kEnding + 2; ++i) REQUIRE(pool.add());
  std::vector<std::optional<WorkerPool::Task>> ending(kEnding);
  for (auto& work : ending) work.emplace(pool).release_leadership();
  WorkerPool::Task stuck(pool), other(pool);
  REQUIRE_FALSE(other.finish());  // no worker takes events now
  REQUIRE(pool.sleep(kNever));    // woken by the workers that released leadership
  std::atomic<bool> taken_over = false;
  std::thread resting([&] { taken_over = pool.sleep(kNever); });
  int ended = 0;
  for (auto& work : ending) {
    if (taken_over) break;
    std::this_thread::sleep_for(500us);
    static_cast<void>(work->finish());
    ++ended;
  }
  resting.join();
  CHECK(ended < kEnding / 2);
}

TEST_CASE("a thread that ended during its task is no longer busy") {
  WorkerPool pool(3);
  for (int i = 0; i < 3; ++i) REQUIRE(pool.add());
  std::optional<WorkerPool::Task> doomed(std::in_place, pool);
  WorkerPool::Task other(pool);
  doomed.reset();
  CHECK(other.finish());
}

TEST_CASE("a worker pauses only while another one waits for events, and is not busy then") {
  WorkerPool pool(3);
  for (int i = 0; i < 3; ++i) REQUIRE(pool.add());
  WorkerPool::Task work(pool);
  CHECK_FALSE(work.may_pause());
  std::optional<WorkerPool::EventWait> waiting(std::in_place, pool);
  CHECK(work.may_pause());
  work.pause();
  WorkerPool::Task other(pool);
  CHECK(other.finish());
  work.resume(false);
  WorkerPool::Task third(pool);
  CHECK_FALSE(work.may_pause());
  waiting.reset();
  CHECK_FALSE(third.finish());
  CHECK(work.finish());
}

TEST_CASE("no worker sleeps because of one that resumes slow work") {
  WorkerPool pool(3);
  for (int i = 0; i < 3; ++i) REQUIRE(pool.add());
  WorkerPool::EventWait waiting(pool);
  WorkerPool::Task slow(pool);
  slow.pause();
  slow.resume(true);
  WorkerPool::Task other(pool);
  CHECK_FALSE(slow.may_pause());
  CHECK(other.finish());
  CHECK(slow.may_pause());
  slow.pause();
  slow.resume(false);
  WorkerPool::Task third(pool);
  CHECK_FALSE(third.finish());
  CHECK(slow.finish());
}

TEST_CASE("a sleeping worker takes over when no event is taken") {
  WorkerPool pool(3);
  for (int i = 0; i < 3; ++i) REQUIRE(pool.add());
  WorkerPool::Task stuck(pool), other(pool);
  REQUIRE_FALSE(other.finish());
  CHECK(pool.sleep(kNever));
  WorkerPool::Task next(pool);
  CHECK(next.finish());  // the stuck worker no longer keeps others asleep
}

TEST_CASE("releasing leadership wakes a follower, and so does a request for one") {
  for (const bool releases : {true, false}) {
    WorkerPool pool(3);
    for (int i = 0; i < 3; ++i) REQUIRE(pool.add());
    auto resting = std::async(std::launch::async, [&] { return pool.sleep(kNever); });
    // Work is finished again and again, so that it sleeps until it is woken.
    while (resting.wait_for(0s) != std::future_status::ready) {
      WorkerPool::Task work(pool);
      if (releases) {
        work.release_leadership();
      } else {
        work.wake_follower();
      }
      static_cast<void>(work.finish());
    }
    CHECK(resting.get());
  }
}

TEST_CASE("one sleeping worker watches, the others end when they are surplus") {
  WorkerPool pool(5);
  for (int i = 0; i < 5; ++i) REQUIRE(pool.add());
  std::atomic<bool> enough = false;
  std::atomic<int> left = 0, stayed = 0;
  std::thread finishing([&] {  // work goes on, so no sleeping worker is needed
    WorkerPool::Task busy(pool);
    while (!enough) {
      WorkerPool::Task work(pool);
      static_cast<void>(work.finish());
    }
    static_cast<void>(busy.finish());
  });
  std::vector<std::thread> resting;
  for (int i = 0; i < 3; ++i) {
    resting.emplace_back([&] {
      bool stays = true;
      // On a busy machine the work above may pause, and a worker be woken before the end.
      while (stays && !enough) stays = pool.sleep(1ms);
      ++(stays ? stayed : left);
    });
  }
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (left == 0 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  enough = true;
  pool.wake_all();
  finishing.join();
  for (std::thread& thread : resting) thread.join();
  CHECK(left > 0);
  CHECK(stayed > 0);
}

TEST_CASE("no worker sleeps when the server stops") {
  WorkerPool pool(3);
  for (int i = 0; i < 3; ++i) REQUIRE(pool.add());
  auto one = std::async(std::launch::async, [&] { return pool.sleep(kNever); });
  auto other = std::async(std::launch::async, [&] { return pool.sleep(kNever); });
  pool.wake_all();
  CHECK(one.get());
  CHECK(other.get());
  CHECK(pool.sleep(kNever));
}
