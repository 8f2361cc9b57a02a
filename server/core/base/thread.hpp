// Starts threads with a stack of a given size.
#pragma once

#include <cstddef>
#include <functional>

namespace tuber::base {

// Runs `work` in a new detached thread with such a stack, in bytes. False if the system has no
// thread. It blocks no signals beyond those of the caller: programs that the work starts inherit
// the mask through exec, and one that blocks SIGTERM can't be ended. So system calls there may be
// interrupted (EINTR).
[[nodiscard]] bool start_detached_thread(std::size_t stack_size, std::function<void()> work);

}  // namespace tuber::base
