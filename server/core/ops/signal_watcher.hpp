// Ends a process that was told to stop and can't hear it: its main thread may wait for a lock that a
// served method holds, or for threads that methods have left. Must never know what was served.
#pragma once

#include <chrono>
#include <functional>

namespace tuber::ops {

// Starts a thread that lives as long as the process, and gives the descriptor, never closed, into
// which a signal handler writes the numbers of signals, a byte each. At the first SIGINT or SIGTERM
// the thread calls `stop`, and ends the process with exit code 0 when that has not ended by itself
// within `grace` and a moment for its orderly end; at the second one it waits for that moment alone.
// Throws std::system_error when the system gives no thread or no descriptor.
// REQUIRES: called once in a process, at most.
[[nodiscard]] int watch_for_stop(std::function<void()> stop, std::chrono::milliseconds grace);

}  // namespace tuber::ops
