#include "base/thread.hpp"

#include <pthread.h>

#include <csignal>
#include <memory>
#include <new>
#include <utility>

namespace tuber::base {
namespace {

using Work = std::function<void()>;

// Where signal handlers run, so that they work when the stack of the thread is exhausted. Python's
// faulthandler does not need more either; untouched pages take no memory.
class SignalStack {
 public:
  SignalStack() {
    if (!memory_) return;
    stack_t stack{};
    stack.ss_sp = memory_.get();
    stack.ss_size = kSize;
    ::sigaltstack(&stack, nullptr);
  }
  ~SignalStack() {
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    none.ss_size = kSize;
    ::sigaltstack(&none, nullptr);
  }
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

 private:
  static constexpr std::size_t kSize = 64 * 1024;
  const std::unique_ptr<char[]> memory_{new (std::nothrow) char[kSize]};
};

// Neither catches everything nor is noexcept: glibc's pthread_exit unwinds through here.
void* run(void* argument) {
  const std::unique_ptr<Work> work(static_cast<Work*>(argument));
  const SignalStack signal_stack;
  (*work)();
  return nullptr;
}

}  // namespace

bool start_detached_thread(std::size_t stack_size, Work work) {
  auto argument = std::make_unique<Work>(std::move(work));
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  ::pthread_attr_setstacksize(&attributes, stack_size);
  pthread_t thread;
  const int error = ::pthread_create(&thread, &attributes, run, argument.get());
  ::pthread_attr_destroy(&attributes);
  if (error != 0) return false;
  static_cast<void>(argument.release());  // owned by the thread now
  return true;
}

}  // namespace tuber::base
