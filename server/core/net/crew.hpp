// Counts the workers and decides when there are too few or too many. Must never start or stop a
// thread itself.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace tuber::net {

// Leader and followers: some workers wait together for events, the others serve. As long as one
// waits, no event is left alone; so whoever takes the last waiting place starts another worker
// first. Thread-safe.
class Crew {
 public:
  explicit Crew(std::size_t at_most) : at_most_(at_most) {}

  // Takes a waiting place for a new worker. False when the crew is complete.
  [[nodiscard]] bool join();

  // A worker has ended.
  void leave();

  // The caller stops waiting. True when nobody waits now: another worker should be started.
  [[nodiscard]] bool begin_serving() { return waiting_.fetch_sub(1) == 1; }
  void end_serving() { waiting_.fetch_add(1); }

  // Gives up the caller's waiting place if enough others wait; it must end then.
  [[nodiscard]] bool give_up_surplus_place();

  // False when all workers are busy and the crew is complete: then none may rest on its connection.
  [[nodiscard]] bool someone_waits() const { return waiting_.load(std::memory_order_relaxed) > 0; }

  [[nodiscard]] std::size_t size() const;

  // True when every worker has ended.
  [[nodiscard]] bool wait_until_empty(std::chrono::milliseconds at_most) const;

 private:
  const std::size_t at_most_;
  mutable std::mutex mutex_;
  mutable std::condition_variable emptied_;
  std::size_t size_ = 0;
  std::atomic<std::size_t> waiting_ = 0;
};

}  // namespace tuber::net
