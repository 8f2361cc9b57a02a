// Counts who is connected, and decides who may be. Must never touch a socket.
#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <mutex>
#include <utility>

#include "io/peer.hpp"

namespace tuber::serve {

// Thread-safe. Outlives its tickets.
class Admission {
 public:
  enum class Verdict {
    welcome,
    full,              // there are as many connections as there may be
    full_for_address,  // the same, from that address
    flooded,           // so many more that not even an answer can be given
  };

  // One connection's place, from accepting it to closing it, whatever the verdict was.
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
      if (admission_ != nullptr) admission_->give_back(peer_);
    }

    [[nodiscard]] Verdict verdict() const { return verdict_; }

   private:
    Admission* admission_;
    io::Peer peer_;
    Verdict verdict_;
  };

  Admission(std::size_t at_most, std::size_t at_most_per_address)
      : at_most_(at_most), at_most_per_address_(at_most_per_address) {}

  // For the descriptors that are left when the server starts.
  void lower_to(std::size_t at_most);

  [[nodiscard]] Ticket take(const io::Peer& peer);
  [[nodiscard]] std::size_t count() const { return count_.load(std::memory_order_relaxed); }

 private:
  [[nodiscard]] bool counts_addresses() const;
  [[nodiscard]] Verdict judge(const io::Peer& peer, std::size_t count);
  void give_back(const io::Peer& peer);

  std::atomic<std::size_t> at_most_;
  const std::size_t at_most_per_address_;
  std::atomic<std::size_t> count_ = 0;
  std::mutex mutex_;
  std::map<io::Peer::Address, std::size_t> by_address_;  // used when there is a limit to it only
};

}  // namespace tuber::serve
