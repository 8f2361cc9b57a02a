// Runs code in a forked child of the test process.
#pragma once

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

namespace tuber::testing {

// A child that lives longer is killed by SIGALRM, and its test fails.
constexpr unsigned kLifeOfChild = 60;  // seconds

// For the threads of servers to become idle. A child hangs if one of them was in ThreadSanitizer's
// allocator during fork().
constexpr std::chrono::milliseconds kRestBeforeFork{50};

// Returns what `run` returned in the child, or -1 if the child was killed.
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
