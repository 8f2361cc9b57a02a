// Caches what follows from a request head alone: clients that call in series send the same head
// again and again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "http/request.hpp"

namespace tuber::http {

// By RequestHead::serial. A value must follow from the head's bytes and from what never changes
// while the server runs. Belongs to one worker; not thread-safe.
template <class Value>
class PerHeadCache {
 public:
  // Returns the cached value of this head, or what `compute()` returns, which is cached then. Valid
  // until the next call.
  template <class Compute>
  const Value& of(const RequestHead& head, Compute&& compute) {
    Entry& entry = entries_[head.serial % entries_.size()];
    if (head.serial == 0 || entry.serial != head.serial) {
      entry.value = compute();
      entry.serial = head.serial;
    }
    return entry.value;
  }

 private:
  struct Entry {
    std::uint64_t serial = 0;
    Value value{};
  };

  // Usually more than a worker has busy connections. Heads with the same index displace each other.
  std::array<Entry, 64> entries_;
};

}  // namespace tuber::http
