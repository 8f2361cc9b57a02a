#include "net/crew.hpp"

namespace tuber::net {
namespace {

// Two stay: one takes the next event, the other its place, and no thread has to be made for a
// client that calls now and then.
constexpr std::size_t kWaitingKept = 2;

}  // namespace

bool Crew::join() {
  const std::lock_guard lock(mutex_);
  if (size_ >= at_most_) return false;
  ++size_;
  ++waiting_;
  return true;
}

void Crew::leave() {
  const std::lock_guard lock(mutex_);
  --size_;
  // Under the lock, or whoever waits might be gone, and the crew with it, before the call.
  if (size_ == 0) emptied_.notify_all();
}

bool Crew::give_up_surplus_place() {
  std::size_t waiting = waiting_.load();
  while (waiting > kWaitingKept) {
    if (waiting_.compare_exchange_weak(waiting, waiting - 1)) return true;
  }
  return false;
}

std::size_t Crew::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

bool Crew::wait_until_empty(std::chrono::milliseconds at_most) const {
  std::unique_lock lock(mutex_);
  return emptied_.wait_for(lock, at_most, [this] { return size_ == 0; });
}

}  // namespace tuber::net
