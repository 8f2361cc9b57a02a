#include "base/process.hpp"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <exception>
#include <mutex>

namespace tuber::base {
namespace {

std::atomic<unsigned> forks = 0;
std::atomic<int> not_for_children = -1;
std::atomic<void (*)()> terminate_hook = nullptr;
std::terminate_handler previous_terminate = nullptr;

// Must be async-signal-safe: other threads may have held any lock.
void enter_child() {
  ++forks;
  const int descriptor = not_for_children.exchange(-1);
  if (descriptor >= 0) ::close(descriptor);
}

[[noreturn]] void terminate() {
  if (const auto hook = terminate_hook.load()) hook();
  if (previous_terminate != nullptr) previous_terminate();
  std::abort();
}

}  // namespace

void install_process_handlers() {
  static std::once_flag once;
  std::call_once(once, [] {
    ::pthread_atfork(nullptr, nullptr, enter_child);
    previous_terminate = std::set_terminate(terminate);
  });
}

unsigned process_number() {
  return forks.load(std::memory_order_relaxed);  // a child's thread sees what its own handler wrote
}

void close_in_children(int descriptor) {
  not_for_children = descriptor;
}

void call_before_terminate(void (*hook)()) {
  terminate_hook = hook;
}

}  // namespace tuber::base
