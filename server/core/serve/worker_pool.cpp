#include "serve/worker_pool.hpp"

namespace tuber::serve {
namespace {

// One takes the next event and one replaces it, so no thread has to be started for a client that
// calls now and then.
constexpr std::size_t kFreeKept = 2;

// Other clients wait up to twice this long for a call that is unexpectedly slow. Every busy server
// pays for the watching, so a shorter interval would cost more than it gives.
constexpr std::chrono::milliseconds kTakeOverAfter{1};

}  // namespace

WorkerPool::Task::Task(WorkerPool& pool)
    : pool_(pool), epoch_(pool.begin_busy()), was_last_free_(pool.free_.fetch_sub(1) == 1) {
  pool.taken_.fetch_add(1, std::memory_order_relaxed);
}

WorkerPool::Task::~Task() {
  if (is_busy_) static_cast<void>(pool_.end_busy(epoch_));
}

void WorkerPool::Task::release_leadership() {
  if (!is_busy_) return;
  pause();
  wake_follower();
}

bool WorkerPool::Task::may_pause() const {
  return pool_.waiting_.load() > 0 && pool_.epoch_.load().busy <= (is_busy_ ? 1U : 0U);
}

void WorkerPool::Task::pause() {
  if (is_busy_) static_cast<void>(pool_.end_busy(epoch_));
  is_busy_ = false;
}

void WorkerPool::Task::resume(bool is_slow) {
  if (is_slow) return;
  is_busy_ = true;
  epoch_ = pool_.begin_busy();
}

void WorkerPool::Task::wake_follower() {
  if (pool_.waiting_.load() > 0) return;
  const std::lock_guard lock(pool_.mutex_);
  pool_.wakes_one_ = true;  // kept for a worker that is only about to sleep
  pool_.woken_.notify_one();
}

bool WorkerPool::Task::finish() {
  pool_.free_.fetch_add(1);
  if (!is_busy_) return pool_.epoch_.load().busy == 0;
  is_busy_ = false;
  return pool_.end_busy(epoch_);
}

std::uint32_t WorkerPool::begin_busy() {
  Epoch now = epoch_.load();
  while (!epoch_.compare_exchange_weak(now, {now.number, now.busy + 1})) {
  }
  return now.number;
}

// Returns true if no worker of the current epoch is still busy.
bool WorkerPool::end_busy(std::uint32_t epoch) {
  Epoch now = epoch_.load();
  while (now.number == epoch) {
    if (epoch_.compare_exchange_weak(now, {epoch, now.busy - 1})) return now.busy == 1;
  }
  return now.busy == 0;
}

void WorkerPool::begin_epoch() {
  Epoch now = epoch_.load();
  while (!epoch_.compare_exchange_weak(now, {now.number + 1, 0})) {
  }
}

bool WorkerPool::sleep(std::chrono::milliseconds surplus_time) {
  std::unique_lock lock(mutex_);
  bool stays = true;
  bool is_needed = wakes_one_ || wakes_all_;
  while (!is_needed) {
    if (!is_watched_) {
      is_needed = watch(lock);
    } else if (!woken_.wait_for(lock, surplus_time,
                                [this] { return wakes_one_ || wakes_all_ || !is_watched_; }) &&
               retire_surplus()) {
      stays = false;
      break;
    }
    is_needed = is_needed || wakes_one_ || wakes_all_;
  }
  if (stays) wakes_one_ = false;
  if (!is_watched_) woken_.notify_one();  // the next one watches
  return stays;
}

// Returns true if no event was taken meanwhile: no worker waits for events, or there are none.
bool WorkerPool::watch(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t taken = taken_.load(std::memory_order_relaxed);
  is_watched_ = true;
  woken_.wait_for(lock, kTakeOverAfter, [this] { return wakes_one_ || wakes_all_; });
  is_watched_ = false;
  if (taken_.load(std::memory_order_relaxed) != taken) return false;
  begin_epoch();
  return true;
}

void WorkerPool::wake_all() {
  const std::lock_guard lock(mutex_);
  wakes_all_ = true;
  woken_.notify_all();
}

bool WorkerPool::add() {
  const std::lock_guard lock(mutex_);
  if (size_ >= max_workers_) return false;
  ++size_;
  ++free_;
  return true;
}

void WorkerPool::remove() {
  const std::lock_guard lock(mutex_);
  --size_;
  // Under the lock: after it the waiting thread may destroy the pool.
  if (size_ == 0) emptied_.notify_all();
}

bool WorkerPool::retire_surplus() {
  std::size_t free = free_.load();
  while (free > kFreeKept) {
    if (free_.compare_exchange_weak(free, free - 1)) return true;
  }
  return false;
}

std::size_t WorkerPool::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

bool WorkerPool::wait_until_empty(std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  return emptied_.wait_for(lock, timeout, [this] { return size_ == 0; });
}

}  // namespace tuber::serve
