#include "base/fork.hpp"

#include <pthread.h>
#include <unistd.h>

#include <atomic>

namespace tuber::base {
namespace {

std::atomic<unsigned> forks = 0;

std::atomic<int> not_for_children = -1;

// Does what a signal handler may do, and nothing else: other threads may have held any lock.
void enter_child() {
  ++forks;
  const int descriptor = not_for_children.exchange(-1);
  if (descriptor >= 0) ::close(descriptor);
}

[[maybe_unused]] const int kCounted = ::pthread_atfork(nullptr, nullptr, enter_child);

}  // namespace

unsigned process_number() {
  return forks.load(std::memory_order_relaxed);
}

void close_in_children(int descriptor) {
  not_for_children = descriptor;
}

}  // namespace tuber::base
