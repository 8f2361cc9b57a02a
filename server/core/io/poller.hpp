// Waits for many descriptors: the part of epoll and kqueue that the server needs. Must never report
// a descriptor twice after one arm(), nor one event to two threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/descriptor.hpp"

namespace tuber::io {

// Thread-safe; any number of threads may wait. Borrows the descriptors; closing one removes it. An
// event may still be reported after that, so tokens must not be reused.
class Poller {
 public:
  using Token = std::uint64_t;
  static constexpr Token kWoken = ~Token{0};      // wait() always returns it after wake_all()
  static constexpr Token kNotified = kWoken - 1;  // one wait() returns it after each notify()
  static constexpr Token kTimer = kWoken - 2;     // one wait() returns it after the timer's time

  // Throws std::system_error if the system has no descriptor for it.
  Poller();

  // Watches a new descriptor until it is readable, once. False if the system has no memory.
  [[nodiscard]] bool add(int descriptor, Token token);

  // Watches a descriptor for another event after the previous one.
  void arm(int descriptor, Token token);
  // The same for another event: it takes bytes again, ...
  void arm_for_writing(int descriptor, Token token);
  // ... or its peer has reset the connection or, with `half_closed`, ends sending. BSDs report no
  // reset; there the next send fails.
  void arm_for_end(int descriptor, Token token, bool half_closed);

  // Returns the next event; nothing after the timeout. On Linux the thread that began to wait last
  // gets it, so surplus threads time out.
  [[nodiscard]] std::optional<Token> wait(std::chrono::milliseconds timeout);

  // Wakes one thread that waits, now or later. Several calls may wake only one.
  void notify() noexcept;

  // Sets the only timer of the poller, in place of its former time.
  void set_timer(std::chrono::steady_clock::time_point time) noexcept;

  // Its descriptors become useless in processes that are forked from now on.
  void hide_from_children() const {
    for (const auto* each : {&queue_, &wake_receiver_, &wake_sender_, &notifier_, &timer_}) {
      base::hide_from_children(each->get());
    }
  }

  // Wakes every thread that waits, now or later.
  void wake_all() noexcept;

 private:
  base::Descriptor queue_;
  base::Descriptor wake_receiver_;
  base::Descriptor wake_sender_;  // the same as the receiver where the system has eventfd
  base::Descriptor notifier_;     // not used by kqueue, nor is the timer
  base::Descriptor timer_;
};

}  // namespace tuber::io
