#include "net/fork.hpp"

#include <pthread.h>

#include <atomic>

namespace tuber::net {
namespace {

std::atomic<unsigned> forks = 0;

[[maybe_unused]] const int kCounted = ::pthread_atfork(nullptr, nullptr, [] { ++forks; });

}  // namespace

unsigned process_number() {
  return forks.load(std::memory_order_relaxed);
}

}  // namespace tuber::net
