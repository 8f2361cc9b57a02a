// Functions that run at a certain time, such as the deadlines of calls. Must never keep a worker
// while no function is due.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "io/poller.hpp"
#include "serve/connection.hpp"

namespace tuber::serve {

// Thread-safe. Borrows the poller, whose timer it sets to the earliest function. A worker that gets
// the event kTimer calls run_due().
class Timers {
 public:
  using Key = std::pair<Clock::time_point, std::uint64_t>;

  explicit Timers(io::Poller& poller) : poller_(poller) {}

  // Has a worker call `function` at `time`. The function must not block or throw. Throws
  // std::bad_alloc.
  Key add(Clock::time_point time, std::function<void()> function);

  // Forgets a function. False if it has run, or runs now.
  bool cancel(const Key& key);

  // Calls the functions that are due, without the lock.
  void run_due(Clock::time_point now);

  // When the next function is due; far away if there is none.
  [[nodiscard]] Clock::time_point next() const;

 private:
  void set_timer();  // REQUIRES: the lock

  io::Poller& poller_;
  mutable std::mutex mutex_;
  std::map<Key, std::function<void()>> functions_;  // the number makes equal times distinct
  std::uint64_t number_ = 0;
};

}  // namespace tuber::serve
