#include "base/thread.hpp"

#include <pthread.h>

#include <memory>
#include <utility>

namespace tuber::base {
namespace {

using Work = std::function<void()>;

// Neither catches everything nor is noexcept: glibc's pthread_exit unwinds through here.
void* run(void* argument) {
  const std::unique_ptr<Work> work(static_cast<Work*>(argument));
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
