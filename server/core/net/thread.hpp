// Starts threads that run users' code: with a stack of a stated size and out of signals' way.
#pragma once

#include <cstddef>
#include <functional>

namespace tuber::net {

// Runs `work` in a new detached thread, in which all signals are blocked but those of faults, which
// would end the process without a trace if they were. False when the system gives no thread.
[[nodiscard]] bool start_detached_thread(std::size_t stack_size, std::function<void()> work);

}  // namespace tuber::net
