// Starts threads that run users' code: with a stack of a stated size.
#pragma once

#include <cstddef>
#include <functional>

namespace tuber::base {

// Runs `work` in a new detached thread. No signal is blocked in it that is not blocked in the
// caller: programs that the work starts inherit the mask through exec, and one that blocks SIGTERM
// can't be ended. So a signal may interrupt any system call there (EINTR). False when the system
// gives no thread.
[[nodiscard]] bool start_detached_thread(std::size_t stack_size, std::function<void()> work);

}  // namespace tuber::base
