#include "serve/timers.hpp"

namespace tuber::serve {

Timers::Key Timers::add(Clock::time_point time, std::function<void()> function) {
  const std::lock_guard lock(mutex_);
  const auto added = functions_.emplace(Key{time, ++number_}, std::move(function)).first;
  if (added == functions_.begin()) set_timer();
  return added->first;
}

bool Timers::cancel(const Key& key) {
  std::map<Key, std::function<void()>>::node_type cancelled;  // destroyed without the lock
  const std::lock_guard lock(mutex_);
  cancelled = functions_.extract(key);
  return !cancelled.empty();  // a timer that fires for nothing does no harm
}

void Timers::run_due(Clock::time_point now) {
  for (;;) {
    std::map<Key, std::function<void()>>::node_type due;
    {
      const std::lock_guard lock(mutex_);
      if (functions_.empty() || functions_.begin()->first.first > now) return set_timer();
      due = functions_.extract(functions_.begin());
    }
    due.mapped()();
  }
}

Clock::time_point Timers::next() const {
  const std::lock_guard lock(mutex_);
  return functions_.empty() ? Clock::time_point::max() : functions_.begin()->first.first;
}

void Timers::set_timer() {
  if (!functions_.empty()) poller_.set_timer(functions_.begin()->first.first);
}

}  // namespace tuber::serve
