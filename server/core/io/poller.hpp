// Waits for many descriptors at once: the small part of epoll and of kqueue that the server needs.
// Must never report a descriptor twice for one arming, nor one event to two waiting threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/descriptor.hpp"

namespace tuber::io {

// Thread-safe; any number of threads may wait. Borrows the descriptors it watches; closing one
// takes it out. An event that was already on its way may come after that, so tokens must tell the
// living from the dead.
class Poller {
 public:
  using Token = std::uint64_t;
  static constexpr Token kWoken = ~Token{0};  // wait() returns it for ever after wake_all()

  // Throws std::system_error when the system gives no descriptor for it.
  Poller();

  // Watches a new descriptor for bytes to read, for one event. False when the system has no memory.
  [[nodiscard]] bool add(int descriptor, Token token);

  // Watches a descriptor, that was added and whose event came, for one more event.
  void arm(int descriptor, Token token);

  // The next event; nothing when none came in that time. Among waiting threads the one that came
  // last is taken, so the others' waiting grows long and tells that they are not needed (Linux).
  [[nodiscard]] std::optional<Token> wait(std::chrono::milliseconds at_most);

  // Wakes every waiting thread, now and for ever.
  void wake_all() noexcept;

 private:
  base::Descriptor queue_;
  base::Descriptor wake_receiver_;
  base::Descriptor wake_sender_;  // the same as the receiver where the system has eventfd
};

}  // namespace tuber::io
