// Counts the workers of a server and decides which of them wait for events. Must never start or
// stop a thread itself.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace tuber::serve {

// Leader/follower thread pool. Workers that wait for events lead; followers sleep. A worker that
// finishes while another one is busy goes to sleep, and the last busy one waits for events. So
// short requests are served by a single thread without wake-ups, however many connections call.
//
// Before a worker starts something slow it releases leadership, and wakes a follower if no
// worker waits for events: it no longer counts as busy. A sleeping follower also takes over
// if no event was taken for kTakeOverAfter. It starts a new epoch: busy workers of older epochs no
// longer keep others asleep.
//
// Invariants:
// - A worker is free while it sleeps, waits for events, or is on its way there. One worker at least
//   is free unless the pool is full: the worker that stops being the last free one starts another.
// - While workers sleep, one of them watches whether events are taken, so a stall ends.
//
// Thread-safe. Atomics are sequentially consistent unless a comment says otherwise.
class WorkerPool {
 public:
  explicit WorkerPool(std::size_t max_workers) : max_workers_(max_workers) {}

  // Counts a new, free worker. False if the pool is full.
  [[nodiscard]] bool add();
  // Counts an ended worker, which must no longer have been free.
  void remove();

  // Ends a worker's being free: its thread did not start, or ends.
  void retire() { free_.fetch_sub(1); }
  // The same if enough other workers are free. True: the worker must end.
  [[nodiscard]] bool retire_surplus();

  // A free worker waits for events while it holds one of these.
  class EventWait {
   public:
    explicit EventWait(WorkerPool& pool) : pool_(pool) { pool_.waiting_.fetch_add(1); }
    ~EventWait() { pool_.waiting_.fetch_sub(1); }
    EventWait(const EventWait&) = delete;
    EventWait& operator=(const EventWait&) = delete;

   private:
    WorkerPool& pool_;
  };

  // A worker's time from the event that it took until it is free again. Belongs to one thread. If
  // it is destroyed without finish(), the worker has ended with it.
  class Task {
   public:
    explicit Task(WorkerPool& pool);
    ~Task();
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;

    // True if no other worker was free: another one should be started.
    [[nodiscard]] bool was_last_free() const { return was_last_free_; }

    // Call before work that may block. Gives up leadership and wakes a follower.
    void release_leadership();

    // True if another worker waits for events and no other one of this epoch is busy: this worker
    // may wait for one client. Both facts may change at once, so the wait must be short.
    [[nodiscard]] bool may_pause() const;
    // Brackets the wait for one client, during which the worker is not busy. `is_slow`: the work
    // that follows is expected to be slow, so the worker does not become busy again.
    void pause();
    void resume(bool is_slow);
    // Wakes a follower unless a worker waits for events.
    void wake_follower();

    // Returns true if the worker must wait for events now, false if it must sleep.
    [[nodiscard]] bool finish();

   private:
    WorkerPool& pool_;
    std::uint32_t epoch_;
    bool was_last_free_;
    bool is_busy_ = true;  // counted in Epoch::busy
  };

  // Sleeps until another worker is needed. False if the worker was surplus for `surplus_time`: it
  // is no longer free and must end.
  [[nodiscard]] bool sleep(std::chrono::milliseconds surplus_time);

  // Wakes all workers; none sleeps from now on.
  void wake_all();

  [[nodiscard]] std::size_t size() const;

  // Returns true if every worker has ended.
  [[nodiscard]] bool wait_until_empty(std::chrono::milliseconds timeout) const;

 private:
  // The busy workers of the current epoch. Number and count change in one word, so exactly one
  // worker sees the count reach zero; aligned so that the word is lock-free.
  struct alignas(std::uint64_t) Epoch {
    std::uint32_t number;
    std::uint32_t busy;
  };

  [[nodiscard]] std::uint32_t begin_busy();
  [[nodiscard]] bool end_busy(std::uint32_t epoch);
  void begin_epoch();
  [[nodiscard]] bool watch(std::unique_lock<std::mutex>& lock);

  const std::size_t max_workers_;
  std::atomic<std::size_t> free_ = 0;
  std::atomic<std::size_t> waiting_ = 0;  // for events
  std::atomic<Epoch> epoch_{Epoch{0, 0}};
  // Events taken. Relaxed: only the watcher compares it, and a late value costs one interval.
  std::atomic<std::uint64_t> taken_ = 0;

  mutable std::mutex mutex_;
  mutable std::condition_variable emptied_;
  std::condition_variable woken_;
  std::size_t size_ = 0;
  bool is_watched_ = false;  // a sleeping worker watches whether events are taken
  bool wakes_one_ = false;   // one sleeping worker, or the next one to sleep, is needed
  bool wakes_all_ = false;
};

}  // namespace tuber::serve
