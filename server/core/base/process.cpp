#include "base/process.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <mutex>

namespace tuber::base {
namespace {

// The most descriptors that Linux gives a process (fs.nr_open). Memory is taken for used ones only.
constexpr std::size_t kTracked = 1024 * 1024;
constexpr std::size_t kBits = 64;

std::atomic<unsigned> forks = 0;
std::mutex fork_mutex;
std::array<std::atomic<std::uint64_t>, kTracked / kBits> hidden{};  // a bit for each descriptor
std::atomic<std::size_t> used_words = 0;                            // none is set after these
std::atomic<void (*)()> terminate_hook = nullptr;
std::terminate_handler previous_terminate = nullptr;

bool is_tracked(int descriptor) {
  return descriptor >= 0 && static_cast<std::size_t>(descriptor) < kTracked;
}

std::atomic<std::uint64_t>& word_of(int descriptor) {
  return hidden[static_cast<std::size_t>(descriptor) / kBits];
}

std::uint64_t bit_of(int descriptor) {
  return std::uint64_t{1} << (static_cast<std::size_t>(descriptor) % kBits);
}

void replace(int descriptor, int null) {
  if (null < 0) {
    ::close(descriptor);
  } else if (::dup2(null, descriptor) >= 0) {
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  }
}

void prepare_fork() {
  fork_mutex.lock();
}

void leave_fork_in_parent() {
  fork_mutex.unlock();
}

// Must be async-signal-safe: other threads may have held any lock.
void enter_child() {
  ++forks;
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (std::size_t i = 0; i < used_words; ++i) {
    for (std::uint64_t bits = hidden[i].exchange(0); bits != 0; bits &= bits - 1) {
      replace(static_cast<int>(i * kBits) + std::countr_zero(bits), null);
    }
  }
  if (null >= 0) ::close(null);
  fork_mutex.unlock();
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
    ::pthread_atfork(prepare_fork, leave_fork_in_parent, enter_child);
    previous_terminate = std::set_terminate(terminate);
  });
}

unsigned process_number() {
  return forks.load(std::memory_order_relaxed);  // a child's thread sees what its own handler wrote
}

ForkBarrier::ForkBarrier() {
  fork_mutex.lock();
}

ForkBarrier::~ForkBarrier() {
  fork_mutex.unlock();
}

void hide_from_children(int descriptor) {
  if (!is_tracked(descriptor)) return;
  word_of(descriptor) |= bit_of(descriptor);
  const std::size_t words = static_cast<std::size_t>(descriptor) / kBits + 1;
  for (std::size_t now = used_words; now < words;) {
    if (used_words.compare_exchange_weak(now, words)) break;
  }
}

void close_descriptor(int descriptor) noexcept {
  if (!is_tracked(descriptor) || (word_of(descriptor) & bit_of(descriptor)) == 0) {
    ::close(descriptor);
    return;
  }
  const ForkBarrier barrier;
  word_of(descriptor) &= ~bit_of(descriptor);
  ::close(descriptor);
}

void call_before_terminate(void (*hook)()) {
  terminate_hook = hook;
}

}  // namespace tuber::base
