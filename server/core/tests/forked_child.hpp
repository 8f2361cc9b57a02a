// Runs something in a forked child of the tests' process.
#pragma once

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

namespace tuber::testing {

// The longest a child may live: one that hangs is killed by SIGALRM, and its test fails.
constexpr unsigned kLifeOfChild = 60;  // seconds

// For the threads of servers to come to rest. A child waits for ever when one of them was within
// ThreadSanitizer's allocator, whose locks do not know of fork().
constexpr std::chrono::milliseconds kRestBeforeFork{50};

// What `run` returned in a child, or -1 when the child was killed.
template <typename Run>
int in_forked_child(const Run& run) {
  std::this_thread::sleep_for(kRestBeforeFork);
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGALRM, SIG_DFL);
    ::alarm(kLifeOfChild);
    ::_exit(run());
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace tuber::testing
