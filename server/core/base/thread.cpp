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

class Attributes {
 public:
  explicit Attributes(std::size_t stack_size) {
    ::pthread_attr_init(&value_);
    ::pthread_attr_setdetachstate(&value_, PTHREAD_CREATE_DETACHED);
    ::pthread_attr_setstacksize(&value_, stack_size);
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { ::pthread_attr_destroy(&value_); }
  [[nodiscard]] const pthread_attr_t* get() const { return &value_; }

 private:
  pthread_attr_t value_;
};

}  // namespace

bool start_detached_thread(std::size_t stack_size, Work work) {
  const Attributes attributes(stack_size);
  auto argument = std::make_unique<Work>(std::move(work));
  pthread_t thread;
  if (::pthread_create(&thread, attributes.get(), run, argument.get()) != 0) return false;
  static_cast<void>(argument.release());  // owned by the thread now
  return true;
}

}  // namespace tuber::base
