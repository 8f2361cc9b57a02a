#include "serve/worker_pool.hpp"

namespace tuber::serve {
namespace {

// Two stay: one takes the next event, the other its place, and no thread has to be made for a
// client that calls now and then.
constexpr std::size_t kFreeKept = 2;

// How often somebody looks whether events are taken. Others wait twice as long at most for who has
// met an unexpected long call; shorter would cost more than it gives, for every busy server pays it.
constexpr std::chrono::milliseconds kWatchInterval{1};

}  // namespace

Crew::Work::Work(Crew& crew)
    : crew_(crew), shift_(crew.begin_work()), took_last_place_(crew.free_.fetch_sub(1) == 1) {
  crew.taken_.fetch_add(1, std::memory_order_relaxed);
}

Crew::Work::~Work() {
  if (counts_) static_cast<void>(crew_.end_work(shift_));
}

void Crew::Work::hand_over() {
  if (!counts_) return;
  counts_ = false;
  static_cast<void>(crew_.end_work(shift_));
  call_company();
}

bool Crew::Work::may_linger() const {
  return crew_.waiting_.load() > 0 && crew_.shift_.load().at_work <= (counts_ ? 1U : 0U);
}

void Crew::Work::call_company() {
  if (crew_.waiting_.load() == 0) crew_.call_somebody();
}

void Crew::Work::begin_lingering() {
  if (counts_) static_cast<void>(crew_.end_work(shift_));
  counts_ = false;
}

void Crew::Work::end_lingering(bool takes_time) {
  if (takes_time) return;
  counts_ = true;
  shift_ = crew_.begin_work();
}

bool Crew::Work::finish() {
  crew_.free_.fetch_add(1);
  if (!counts_) return crew_.shift_.load().at_work == 0;
  counts_ = false;
  return crew_.end_work(shift_);
}

std::uint32_t Crew::begin_work() {
  Shift now = shift_.load();
  while (!shift_.compare_exchange_weak(now, {now.number, now.at_work + 1})) {
  }
  return now.number;
}

// True when nobody of the current shift is at work any more.
bool Crew::end_work(std::uint32_t shift) {
  Shift now = shift_.load();
  while (now.number == shift) {
    if (shift_.compare_exchange_weak(now, {shift, now.at_work - 1})) return now.at_work == 1;
  }
  return now.at_work == 0;
}

void Crew::begin_shift() {
  Shift now = shift_.load();
  while (!shift_.compare_exchange_weak(now, {now.number + 1, 0})) {
  }
}

void Crew::call_somebody() {
  const std::lock_guard lock(mutex_);
  is_called_ = true;  // also for who is only on its way to rest
  called_.notify_one();
}

bool Crew::rest(std::chrono::milliseconds surplus_time) {
  std::unique_lock lock(mutex_);
  bool stays = true;
  bool is_needed = is_called_ || is_over_;
  while (!is_needed) {
    if (!is_watched_) {
      is_needed = watch(lock);
    } else if (!called_.wait_for(lock, surplus_time,
                                 [this] { return is_called_ || is_over_ || !is_watched_; }) &&
               give_up_surplus_place()) {
      stays = false;
      break;
    }
    is_needed = is_needed || is_called_ || is_over_;
  }
  if (stays) is_called_ = false;
  if (!is_watched_) called_.notify_one();  // the next one watches
  return stays;
}

// True when no event was taken meanwhile: they are left alone, or there are none.
bool Crew::watch(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t taken = taken_.load(std::memory_order_relaxed);
  is_watched_ = true;
  called_.wait_for(lock, kWatchInterval, [this] { return is_called_ || is_over_; });
  is_watched_ = false;
  if (taken_.load(std::memory_order_relaxed) != taken) return false;
  begin_shift();
  return true;
}

void Crew::end_all_rest() {
  const std::lock_guard lock(mutex_);
  is_over_ = true;
  called_.notify_all();
}

bool Crew::join() {
  const std::lock_guard lock(mutex_);
  if (size_ >= at_most_) return false;
  ++size_;
  ++free_;
  return true;
}

void Crew::leave() {
  const std::lock_guard lock(mutex_);
  --size_;
  // Under the lock, or whoever waits might be gone, and the crew with it, before the call.
  if (size_ == 0) emptied_.notify_all();
}

bool Crew::give_up_surplus_place() {
  std::size_t free = free_.load();
  while (free > kFreeKept) {
    if (free_.compare_exchange_weak(free, free - 1)) return true;
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

}  // namespace tuber::serve
