// What was concluded from the request heads that came lately. Clients that call in series send one
// head again and again, and what follows from its bytes alone need not be worked out each time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "http/request.hpp"

namespace tuber::http {

// Of the heads that a worker meets, by their numbers. A conclusion must follow from the head's
// bytes and from what never changes while the server runs. Not thread-safe.
template <class Conclusion>
class Conclusions {
 public:
  // The one kept for this head, or what `conclude()` returns, which is kept for the next time.
  // Valid until the next call.
  template <class Conclude>
  const Conclusion& of(const RequestHead& head, Conclude&& conclude) {
    Kept& kept = kept_[head.serial % kept_.size()];
    if (head.serial == 0 || kept.serial != head.serial) {
      kept.conclusion = conclude();
      kept.serial = head.serial;
    }
    return kept.conclusion;
  }

 private:
  struct Kept {
    std::uint64_t serial = 0;
    Conclusion conclusion{};
  };

  // More than a worker has hot connections most often. Heads that share a place displace each other.
  std::array<Kept, 64> kept_;
};

}  // namespace tuber::http
