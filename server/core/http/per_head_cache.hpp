// Caches values that depend only on a request head. A client that makes many calls usually sends
// the same head each time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "http/request.hpp"

namespace tuber::http {

// The key is RequestHead::serial. A value must depend only on the head's bytes and on settings that
// never change while the server runs. Belongs to one worker; not thread-safe.
template <class Value>
class PerHeadCache {
 public:
  // Returns the cached value of this head, or calls `compute()` and caches its result. The value is
  // valid until the next call.
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

  // Usually more than a worker's busy connections. A head replaces another one with the same index.
  std::array<Entry, 64> entries_;
};

}  // namespace tuber::http
