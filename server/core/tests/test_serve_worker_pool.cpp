// Who takes events, who rests and who takes over, without a socket.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <thread>
#include <vector>

#include "serve/worker_pool.hpp"

using namespace std::chrono_literals;
using tuber::serve::Crew;

namespace {

constexpr auto kNever = 1h;  // for those who are not one too many

}  // namespace

TEST_CASE("a crew has room for so many workers and no more") {
  Crew crew(2);
  CHECK(crew.join());
  CHECK(crew.join());
  CHECK_FALSE(crew.join());
  CHECK(crew.size() == 2);
  crew.leave();
  CHECK(crew.join());
}

TEST_CASE("who takes the last free place is told so") {
  Crew crew(3);
  REQUIRE(crew.join());
  REQUIRE(crew.join());
  Crew::Work first(crew), second(crew);
  CHECK_FALSE(first.took_last_place());
  CHECK(second.took_last_place());
  static_cast<void>(first.finish());
  Crew::Work third(crew);
  CHECK(third.took_last_place());
}

TEST_CASE("of those who are at work the last one to finish waits for events") {
  Crew crew(3);
  for (int i = 0; i < 3; ++i) REQUIRE(crew.join());
  Crew::Work a(crew), b(crew), c(crew);
  CHECK_FALSE(b.finish());
  CHECK_FALSE(a.finish());
  CHECK(c.finish());
  Crew::Work alone(crew);
  CHECK(alone.finish());
}

TEST_CASE("nobody rests for the sake of who handed over") {
  Crew crew(3);
  for (int i = 0; i < 3; ++i) REQUIRE(crew.join());
  Crew::Work slow(crew);
  slow.hand_over();
  Crew::Work quick(crew);
  CHECK(quick.finish());
  Crew::Work other(crew);
  CHECK_FALSE(slow.finish());  // the other one is at work, and will wait
  CHECK(other.finish());
  Crew::Work both(crew), of_them(crew);
  both.hand_over();
  of_them.hand_over();
  CHECK(both.finish());
  CHECK(of_them.finish());
}

TEST_CASE("who takes over does not wait for those who only end their work") {
  constexpr int kEnding = 400;
  Crew crew(kEnding + 2);
  for (int i = 0; i < kEnding + 2; ++i) REQUIRE(crew.join());
  std::vector<std::optional<Crew::Work>> ending(kEnding);
  for (auto& work : ending) work.emplace(crew).hand_over();
  Crew::Work stuck(crew), other(crew);
  REQUIRE_FALSE(other.finish());  // nobody takes events now
  REQUIRE(crew.rest(kNever));     // who was called by those who handed over
  std::atomic<bool> taken_over = false;
  std::thread resting([&] { taken_over = crew.rest(kNever); });
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

TEST_CASE("a thread that ended in its work is not waited for") {
  Crew crew(3);
  for (int i = 0; i < 3; ++i) REQUIRE(crew.join());
  std::optional<Crew::Work> doomed(std::in_place, crew);
  Crew::Work other(crew);
  doomed.reset();
  CHECK(other.finish());
}

TEST_CASE("who waits for its client is not at work, and does so only while another waits for all") {
  Crew crew(3);
  for (int i = 0; i < 3; ++i) REQUIRE(crew.join());
  Crew::Work work(crew);
  CHECK_FALSE(work.may_linger());
  std::optional<Crew::Waiting> waiting(std::in_place, crew);
  CHECK(work.may_linger());
  work.begin_lingering();
  Crew::Work other(crew);
  CHECK(other.finish());
  work.end_lingering(false);
  Crew::Work third(crew);
  CHECK_FALSE(work.may_linger());
  waiting.reset();
  CHECK_FALSE(third.finish());
  CHECK(work.finish());
}

TEST_CASE("nobody rests for the sake of a client that is waited for and asks for what takes time") {
  Crew crew(3);
  for (int i = 0; i < 3; ++i) REQUIRE(crew.join());
  Crew::Waiting waiting(crew);
  Crew::Work slow(crew);
  slow.begin_lingering();
  slow.end_lingering(true);
  Crew::Work other(crew);
  CHECK_FALSE(slow.may_linger());
  CHECK(other.finish());
  CHECK(slow.may_linger());
  slow.begin_lingering();
  slow.end_lingering(false);
  Crew::Work third(crew);
  CHECK_FALSE(third.finish());
  CHECK(slow.finish());
}

TEST_CASE("who rests takes over when nothing is finished, however many are at work") {
  Crew crew(3);
  for (int i = 0; i < 3; ++i) REQUIRE(crew.join());
  Crew::Work stuck(crew), other(crew);
  REQUIRE_FALSE(other.finish());
  CHECK(crew.rest(kNever));
  Crew::Work next(crew);
  CHECK(next.finish());  // no more rest because of the one that is stuck
}

TEST_CASE("who rests is called by who hands over, and by who wants company") {
  for (const bool hands_over : {true, false}) {
    Crew crew(3);
    for (int i = 0; i < 3; ++i) REQUIRE(crew.join());
    auto resting = std::async(std::launch::async, [&] { return crew.rest(kNever); });
    // Somebody else finishes again and again, so that it rests until it is called.
    while (resting.wait_for(0s) != std::future_status::ready) {
      Crew::Work work(crew);
      if (hands_over) {
        work.hand_over();
      } else {
        work.call_company();
      }
      static_cast<void>(work.finish());
    }
    CHECK(resting.get());
  }
}

TEST_CASE("one of those who rest watches, the others leave when they are too many") {
  Crew crew(5);
  for (int i = 0; i < 5; ++i) REQUIRE(crew.join());
  std::atomic<bool> enough = false;
  std::atomic<int> left = 0, stayed = 0;
  std::thread finishing([&] {  // work goes on, so nobody is needed
    Crew::Work busy(crew);
    while (!enough) {
      Crew::Work work(crew);
      static_cast<void>(work.finish());
    }
    static_cast<void>(busy.finish());
  });
  std::vector<std::thread> resting;
  for (int i = 0; i < 3; ++i) {
    resting.emplace_back([&] { ++(crew.rest(1ms) ? stayed : left); });
  }
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (left == 0 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  crew.end_all_rest();
  enough = true;
  finishing.join();
  for (std::thread& thread : resting) thread.join();
  CHECK(left > 0);
  CHECK(stayed > 0);
}

TEST_CASE("nobody rests when the server stops") {
  Crew crew(3);
  for (int i = 0; i < 3; ++i) REQUIRE(crew.join());
  auto one = std::async(std::launch::async, [&] { return crew.rest(kNever); });
  auto other = std::async(std::launch::async, [&] { return crew.rest(kNever); });
  crew.end_all_rest();
  CHECK(one.get());
  CHECK(other.get());
  CHECK(crew.rest(kNever));
}
