// Ends a process that cannot react to a stop signal. Its main thread may wait for a lock that a
// served method holds, or for threads that methods started. Must not depend on served objects.
#pragma once

#include <chrono>
#include <functional>

namespace tuber::ops {

// The time for threads, exit handlers and the interpreter to finish after the last call.
inline constexpr std::chrono::milliseconds kOrderlyExit{1'000};

// Starts a thread that lives as long as the process. Returns a descriptor that is never closed; a
// signal handler must write the number of each signal to it as one byte. At the first SIGINT or
// SIGTERM the thread calls `stop`. If the process has not ended after `grace` plus kOrderlyExit,
// the thread ends it with exit code 0. After a second signal it waits only for kOrderlyExit.
// Throws std::system_error if the system has no thread or descriptor. REQUIRES: called at most once
// per process.
[[nodiscard]] int watch_signals(std::function<void()> stop, std::chrono::milliseconds grace);

}  // namespace tuber::ops
