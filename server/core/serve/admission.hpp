// Counts connections against their limits. Must never touch a socket.
#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <mutex>
#include <utility>

#include "io/peer.hpp"

namespace tuber::serve {

// Thread-safe. Must outlive its tickets.
class Admission {
 public:
  enum class Verdict {
    admitted,
    full,              // over the limit of connections: answered and closed
    full_for_address,  // over the limit of connections from that address: the same
    flooded,           // so far over the limit that it is closed without an answer
  };

  // Counts one connection during its lifetime, whatever the verdict. Move-only.
  class Ticket {
   public:
    Ticket(Admission& admission, const io::Peer& peer, Verdict verdict)
        : admission_(&admission), peer_(peer), verdict_(verdict) {}
    Ticket(Ticket&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)),
          peer_(other.peer_),
          verdict_(other.verdict_) {}
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket() {
      if (admission_ != nullptr) admission_->remove(peer_);
    }

    [[nodiscard]] const io::Peer& peer() const { return peer_; }
    [[nodiscard]] Verdict verdict() const { return verdict_; }

   private:
    Admission* admission_;
    io::Peer peer_;
    Verdict verdict_;
  };

  Admission(std::size_t limit, std::size_t limit_per_address)
      : limit_(limit), limit_per_address_(limit_per_address) {}

  // Lowers the limit of connections, to the number of descriptors when the server starts.
  void lower_to(std::size_t limit);

  [[nodiscard]] Ticket take(const io::Peer& peer);
  [[nodiscard]] std::size_t count() const { return count_.load(std::memory_order_relaxed); }

 private:
  [[nodiscard]] bool counts_addresses() const;
  [[nodiscard]] Verdict judge(const io::Peer& peer, std::size_t count);
  void remove(const io::Peer& peer);

  // Read relaxed, because the numbers are independent.
  std::atomic<std::size_t> limit_;
  const std::size_t limit_per_address_;
  std::atomic<std::size_t> count_ = 0;
  std::mutex mutex_;
  std::map<io::Peer::Address, std::size_t> by_address_;  // empty without such a limit
};

}  // namespace tuber::serve
