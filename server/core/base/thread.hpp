// Starts threads with a stack of a given size.
#pragma once

#include <cstddef>
#include <functional>

namespace tuber::base {

// Runs `work` in a new detached thread with this stack size in bytes. Returns false if the system
// cannot create the thread. The thread has the caller's signal mask, so system calls in `work` may
// be interrupted (EINTR). Programs that it starts inherit the mask, and a program that blocks
// SIGTERM cannot be stopped.
[[nodiscard]] bool start_detached_thread(std::size_t stack_size, std::function<void()> work);

}  // namespace tuber::base
