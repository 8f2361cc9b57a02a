// Ends a process that cannot react to a stop signal. Its main thread may wait for a lock that a
// served method holds, or for threads that methods started. Must not depend on served objects.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

namespace tuber::ops {

// The time for threads, exit handlers and the interpreter to finish after the last call.
inline constexpr std::chrono::milliseconds kOrderlyExit{1'000};

// Starts a thread that lives as long as the process. Returns a descriptor, never closed, to which a
// signal handler writes the number of each signal as one byte. At the first of the `numbers` the
// thread calls `stop`. If the process has not ended after `grace` and kOrderlyExit, the thread ends
// it with exit code 0; after a second signal other than SIGHUP it waits for kOrderlyExit only.
// Throws std::system_error if the system has no thread or descriptor. REQUIRES: called at most once
// per process.
[[nodiscard]] int watch_signals(std::vector<int> numbers, std::function<void()> stop,
                                std::chrono::milliseconds grace);

}  // namespace tuber::ops
